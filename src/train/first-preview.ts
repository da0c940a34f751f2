/** A picture of the first batch, which shows people what the model is trained on. */
import { join } from 'node:path';
import type { Batch } from '../pairs/batches.js';
import { describeComposition } from '../pairs/describe-composition.js';
import { contactSheet } from '../pairs/sheets/contact-sheet.js';
import type { RunFolder } from '../runs/run-directory.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';

/**
 * Passes batches on, and keeps a picture of the first one.
 * @param folder of the run; undefined: no picture is kept
 * @param draw the content of a PNG file
 * @throws UserError when it cannot be written.
 */
export async function* withPreview<Made>(
  made: AsyncGenerator<Made>,
  folder: RunFolder | undefined,
  draw: (first: Made) => Promise<Uint8Array>,
): AsyncGenerator<Made> {
  if (folder) {
    const first = await made.next();
    if (first.done) return;
    const path = join(folder.previews, 'step-1.png');
    try {
      await writeFileAtomically(path, await draw(first.value));
    } catch (error) {
      throw fileError('write the preview', path, error);
    }
    yield first.value;
  }
  yield* made;
}

/** A contact sheet of a batch of pairs. */
export function pairsPreview({ records, pixels }: Batch, levels: number): Promise<Uint8Array> {
  const size = pixels.length / records.length;
  const rows = records.map((record, index) => ({
    title: record.image,
    description: describeComposition(record.composition, levels),
    pair: { record, pixels: pixels.slice(index * size, (index + 1) * size) },
  }));
  return contactSheet('The photographs of the first step', rows);
}
