/** Photographs at another size, for everything that the recipe samples from them. */
import type { Sharp } from 'sharp';
import type { Image } from '#antonym/images/image.js';

/** An image of these sides, which are those it is shown with, times a factor. */
export function resized(image: Sharp, { width, height }: { readonly width: number; readonly height: number }, factor: number): Sharp {
  return image.resize(Math.round(width * factor), Math.round(height * factor), { kernel: 'lanczos3' });
}

/** Its decoded pixels. */
export async function pixelsOf(image: Sharp): Promise<Image> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}
