/** Pictures in HEIF containers: sharp reads AVIF; an optional decoder, installed beside the program, reads HEIC. */
import sharp from 'sharp';
import { UserError } from '../support/errors.js';
import { type HeifColors, heifColors } from './heif-colors.js';
import type { ImageContent } from './image-content.js';
import { withProfile } from './png-chunks.js';
import { formatNames } from './recognize-image.js';
import { rgbProfile } from './rgb-profile.js';

/** Upper bound of the description of the pictures, in the first box after the file type, bytes. */
const mostDescription = 2 ** 18;

/** An object in the library's memory, or the reason why there is none. */
type Handle = { readonly code?: unknown; readonly message?: string };

interface DecodedPicture extends Handle {
  readonly image: unknown;
  /** Rows of `stride` bytes. */
  readonly channels: readonly { readonly data: Uint8Array; readonly width: number; readonly height: number; readonly stride: number }[];
}

/**
 * The part of the optional package `libheif-js` that is used: libheif's C interface. The classes above it print to stdout, and cannot tell
 * which picture is the primary one.
 */
interface HeifLibrary {
  readonly heif_error_code: { readonly heif_error_Ok: unknown };
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
  readonly heif_chroma: { readonly heif_chroma_interleaved_RGBA: unknown };
  heif_context_alloc(): unknown;
  heif_context_free(context: unknown): void;
  heif_context_read_from_memory(context: unknown, bytes: Uint8Array): Handle;
  heif_js_context_get_primary_image_handle(context: unknown): Handle | undefined;
  heif_image_handle_get_width(handle: Handle): number;
  heif_image_handle_get_height(handle: Handle): number;
  heif_image_handle_release(handle: Handle): void;
  heif_js_decode_image2(handle: Handle, colorspace: unknown, chroma: unknown): DecodedPicture | undefined;
  heif_image_release(image: unknown): void;
}

/** A picture in a HEIF container. */
export interface HeifPicture extends HeifColors {
  /** HEIC, which `decodeHeic` reads, unlike AVIF. */
  readonly isHeic: boolean;
}

/**
 * Checks the content of a HEIF container.
 * @param compression as sharp names it.
 * @throws UserError for other contents, for HDR, and for other colors that would be seen wrongly.
 */
export async function checkHeif(content: ImageContent, compression: string | undefined): Promise<HeifPicture> {
  const colors = heifColors(Buffer.from(await content.read(0, mostDescription)));
  if (compression === 'av1') return { ...colors, isHeic: false };
  if (compression === 'hevc') {
    await heifLibrary();
    return { ...colors, isHeic: true };
  }
  throw new UserError(`the content is HEIF with ${compression ?? 'an unknown'} compression, not ${formatNames}: convert it to JPEG or PNG`);
}

/**
 * The primary picture of a HEIC file as an uncompressed PNG with the profile of its colors: upright, as libheif turns it.
 * @throws UserError when the decoder is not installed.
 */
export async function decodeHeic(bytes: Uint8Array, colors: HeifColors, mostPixels: number): Promise<Uint8Array> {
  const { data, width, height } = primaryPicture(await heifLibrary(), bytes, mostPixels);
  const png = await sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
  return withProfile(png, colors.profile ?? (colors.coding && rgbProfile(colors.coding.primaries, colors.coding.transfer)));
}

/** @returns RGBA, upright */
function primaryPicture(heif: HeifLibrary, bytes: Uint8Array, mostPixels: number): { data: Uint8Array; width: number; height: number } {
  const context = heif.heif_context_alloc();
  let handle: Handle | undefined;
  try {
    const { code, message } = heif.heif_context_read_from_memory(context, bytes);
    if (code !== heif.heif_error_code.heif_error_Ok) throw new Error(message);
    handle = required(heif.heif_js_context_get_primary_image_handle(context));
    const pixels = heif.heif_image_handle_get_width(handle) * heif.heif_image_handle_get_height(handle);
    if (pixels > mostPixels) throw new Error('exceeds pixel limit');
    const { heif_colorspace_RGB: colorspace } = heif.heif_colorspace;
    const decoded = required(heif.heif_js_decode_image2(handle, colorspace, heif.heif_chroma.heif_chroma_interleaved_RGBA));
    const [{ data, width, height, stride }] = decoded.channels as [DecodedPicture['channels'][number]];
    const rows = new Uint8Array(width * height * 4);
    for (let y = 0; y < height; y++) rows.set(data.subarray(y * stride, y * stride + width * 4), y * width * 4);
    heif.heif_image_release(decoded.image);
    return { data: rows, width, height };
  } finally {
    if (handle) heif.heif_image_handle_release(handle);
    heif.heif_context_free(context);
  }
}

function required<T extends Handle>(result: T | undefined): T {
  if (!result || result.code) throw new Error(result?.message ?? 'it does not decode');
  return result;
}

/** The first picture of a film of AVIF as a picture: it is there beside the film, but decoders look at the main brand alone. */
export function asStillPicture(bytes: Uint8Array): Uint8Array {
  if (Buffer.from(bytes.subarray(4, 12)).toString('latin1') !== 'ftypavis') return bytes;
  const still = Uint8Array.from(bytes);
  still.set(Buffer.from('avif'), 8);
  return still;
}

/** True where the decoder of HEIC is installed. */
export async function canReadHeic(): Promise<boolean> {
  return heifLibrary().then(
    () => true,
    () => false,
  );
}

let library: Promise<HeifLibrary> | undefined;

/** Loads the library once, if it is installed. */
async function heifLibrary(): Promise<HeifLibrary> {
  // A variable, so that neither compilers nor bundlers require the optional package.
  const name = 'libheif-js/wasm-bundle.js';
  library ??= import(/* webpackIgnore: true */ /* @vite-ignore */ name).then((module) => module.default);
  return library.catch((error) => {
    throw new UserError(
      `the content is HEIC, not ${formatNames}: install a decoder with "npm install libheif-js" (licence LGPL-3.0), or convert it to JPEG or PNG`,
      { cause: error },
    );
  });
}
