/** A picture of the first batch of rated images, which shows people what the model is trained on. */
import { join } from 'node:path';
import { encodePng } from '../../images/encode-png.js';
import { type Image, pasteImage } from '../../images/image.js';
import type { RunFolder } from '../../runs/run-directory.js';
import { writeFileAtomically } from '../../support/files/atomic-file.js';
import { fileError } from '../../support/files/file-errors.js';
import type { OpinionBatch } from './opinion-batches.js';

/** Crops in a row. */
const columns = 6;

/** Passes batches on, and keeps a picture of the crops of the first one, the best rated first. @throws UserError when it cannot be written. */
export async function* withOpinionPreview(
  made: AsyncGenerator<OpinionBatch>,
  crop: number,
  folder: RunFolder,
): AsyncGenerator<OpinionBatch> {
  const first = await made.next();
  if (first.done) return;
  const { pixels, opinions } = first.value;
  const bytes = crop * crop * 3;
  const order = Array.from(opinions.keys()).sort((a, b) => opinions[b]! - opinions[a]!);
  const [width, height] = [Math.min(columns, order.length) * crop, Math.ceil(order.length / columns) * crop];
  const sheet: Image = { width, height, data: new Uint8Array(width * height * 3).fill(255) };
  for (const [place, at] of order.entries()) {
    const own = { width: crop, height: crop, data: pixels.subarray(at * bytes, (at + 1) * bytes) };
    pasteImage(sheet, own, (place % columns) * crop, Math.floor(place / columns) * crop);
  }
  const path = join(folder.previews, 'step-1.png');
  try {
    await writeFileAtomically(path, await encodePng(sheet));
  } catch (error) {
    throw fileError('write the preview', path, error);
  }
  yield first.value;
  yield* made;
}
