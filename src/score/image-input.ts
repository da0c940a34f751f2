/** The inputs of the library that stand for an image. */

/** Decoded pixels; an `ImageData` is one. */
export interface Pixels {
  /** 8-bit sRGB: rows from the top, [height, width, 3], red green blue, 0..255. A Uint8ClampedArray may have a fourth value, opacity, which is laid over white. */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** What the web platform and Node.js hand out as content that is still to come. A `Response`, `Request` or `Blob` has `arrayBuffer`. */
export type PendingContent = { arrayBuffer(): Promise<ArrayBuffer> } | AsyncIterable<Uint8Array>;

/**
 * An image: the path, `file:` or `data:` URL of a JPEG, PNG, WebP, TIFF, AVIF or BMP file, the content of such a file (as bytes, `ArrayBuffer`,
 * `Blob`, `File`, `Response`, or a stream of bytes, which is read once), or pixels. Files are taken as a browser shows them: upright as EXIF
 * says, transparent parts over white, in sRGB. Nothing is fetched: `https:` is refused.
 */
export type ImageInput = string | URL | ArrayBufferLike | ArrayBufferView | PendingContent | Pixels;
