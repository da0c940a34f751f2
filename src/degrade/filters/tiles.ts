/** Processes large images in parts. */
import { cropImage, type Image } from '../../images/image.js';

/**
 * Applies a function to tiles of about equal size, at most `largest` pixels wide and high, one after the other; most images are a single tile.
 * @param apply returns an image of the same size
 */
export async function inTiles(image: Image, largest: number, apply: (tile: Image) => Promise<Image>): Promise<Image> {
  const { width, height } = image;
  const data = new Uint8Array(image.data.length);
  for (const [top, bottom] of parts(height, largest)) {
    for (const [left, right] of parts(width, largest)) {
      const tile = await apply(cropImage(image, left, top, right - left, bottom - top));
      const line = (right - left) * 3;
      for (let y = top; y < bottom; y++) data.set(tile.data.subarray((y - top) * line, (y - top + 1) * line), (y * width + left) * 3);
    }
  }
  return { width, height, data };
}

function parts(length: number, largest: number): [from: number, to: number][] {
  const count = Math.ceil(length / largest);
  return Array.from({ length: count }, (_, part) => [Math.floor((part * length) / count), Math.floor(((part + 1) * length) / count)]);
}
