/** A picture of a batch of rated images, which shows people what the model is trained on. */
import { encodePng } from '../../images/encode-png.js';
import { type Image, pasteImage } from '../../images/image.js';
import type { OpinionBatch } from './opinion-batches.js';

/** Crops in a row. */
const columns = 6;

/** The crops of a batch as a PNG file, the best rated first. */
export function opinionPreview({ pixels, opinions }: OpinionBatch, crop: number): Promise<Uint8Array> {
  const bytes = crop * crop * 3;
  const order = Array.from(opinions.keys()).sort((a, b) => opinions[b]! - opinions[a]!);
  const [width, height] = [Math.min(columns, order.length) * crop, Math.ceil(order.length / columns) * crop];
  const sheet: Image = { width, height, data: new Uint8Array(width * height * 3).fill(255) };
  for (const [place, at] of order.entries()) {
    const own = { width: crop, height: crop, data: pixels.subarray(at * bytes, (at + 1) * bytes) };
    pasteImage(sheet, own, (place % columns) * crop, Math.floor(place / columns) * crop);
  }
  return encodePng(sheet);
}
