/** A picture of the first batch, which shows people what the model is trained on. */
import { join } from 'node:path';
import type { Batch } from '../pairs/batches.js';
import { describeComposition } from '../pairs/describe-composition.js';
import { contactSheet } from '../pairs/sheets/contact-sheet.js';
import type { RunFolder } from '../runs/run-directory.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';

/** Passes batches on, and keeps a picture of the first one. @throws UserError when it cannot be written. */
export async function* withPreview(feed: AsyncGenerator<Batch>, levels: number, folder: RunFolder): AsyncGenerator<Batch> {
  const first = await feed.next();
  if (first.done) return;
  const { records, pixels } = first.value;
  const size = pixels.length / records.length;
  const rows = records.map((record, index) => ({
    title: record.image,
    description: describeComposition(record.composition, levels),
    pair: { record, pixels: pixels.slice(index * size, (index + 1) * size) },
  }));
  const path = join(folder.previews, 'step-1.png');
  try {
    await writeFileAtomically(path, await contactSheet('The photographs of the first step', rows));
  } catch (error) {
    throw fileError('write the preview', path, error);
  }
  yield first.value;
  yield* feed;
}
