/** The part of an image examined by the pristine check: enough to judge, and the same work for every size of image. */
import type { Image } from '../../images/image.js';

/** Side of the largest part, pixels. */
export const windowSide = 640;

/** Luma of ITU-R BT.601, rows from the top. */
export interface LumaWindow {
  readonly width: number;
  readonly height: number;
  /** [height, width], 0..255. */
  readonly values: Float32Array;
}

/** Luma of the middle of an image, at full resolution, at most `windowSide` squared. */
export function lumaWindow(image: Image): LumaWindow {
  const [width, height] = [Math.min(image.width, windowSide), Math.min(image.height, windowSide)];
  const [left, top] = [(image.width - width) >> 1, (image.height - height) >> 1];
  const values = new Float32Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    let from = ((top + y) * image.width + left) * 3;
    for (let x = 0; x < width; x++, at++, from += 3) {
      values[at] = 0.299 * image.data[from]! + 0.587 * image.data[from + 1]! + 0.114 * image.data[from + 2]!;
    }
  }
  return { width, height, values };
}
