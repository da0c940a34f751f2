/** The pixels of one picture in memory. */

/** An 8-bit sRGB image. */
export interface Image {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** [height, width, 3], rows from the top, red green blue, 0..255. */
  readonly data: Uint8Array;
}

/** The rectangle that crops are cut out of and judged in. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Copies the part of an image inside a box.
 * @throws RangeError when the box does not lie inside the image.
 */
export function cropImage(image: Image, left: number, top: number, width: number, height: number): Image {
  if (left < 0 || top < 0 || width < 1 || height < 1 || left + width > image.width || top + height > image.height) {
    throw new RangeError(`crop ${width}x${height}+${left}+${top} lies outside the image of ${image.width}x${image.height}`);
  }
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * image.width + left) * 3;
    data.set(image.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, data };
}

/**
 * Writes a small image over a part of a larger one, in place.
 * @throws RangeError when the small one does not fit inside.
 */
export function pasteImage(image: Image, part: Image, left: number, top: number): void {
  const { width, height } = part;
  if (left < 0 || top < 0 || left + width > image.width || top + height > image.height) {
    throw new RangeError(`${width}x${height}+${left}+${top} lies outside the image of ${image.width}x${image.height}`);
  }
  for (let row = 0; row < height; row++) {
    image.data.set(part.data.subarray(row * width * 3, (row + 1) * width * 3), ((top + row) * image.width + left) * 3);
  }
}
