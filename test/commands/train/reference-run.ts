/** A run of eight steps, trained by the real command once for all test files. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { madeOnce } from '../../support/files/made-once.js';
import { antonym, type Outcome } from '../antonym.js';

/** Options of a run that takes seconds; `photos` has six photographs, and x0.png, which is broken. */
export const tiny = ['--data', 'photos', '--batch-size', '2', '--crop', '32', '--held-out', '1', '--levels', '2', '--workers', '1'];
/** Two distortions instead of all: fewer held-out crops, where no other run has to be equal. */
export const twoDistortions = ['--distortion', 'jpeg,white-noise'];
export const steps = 8;
/** Checkpoints after steps 3, 6 and 8. */
export const settings = [...tiny, '--steps', String(steps), '--evaluate-every', '3'];

/**
 * Fills a folder with `photos` and with `runs/reference`, which `settings` trained on them.
 * @returns what the command said while it trained.
 */
export async function copyReferenceRun(folder: string): Promise<Outcome> {
  const made = await madeOnce('reference-run', async (place) => {
    await writePhotographs(join(place, 'photos'), 6, 1);
    const outcome = await antonym(['train', ...settings, '--run', 'reference', '--json'], place);
    if (outcome.status !== 0) throw new Error(outcome.stderr);
    await writeFile(join(place, 'outcome.json'), JSON.stringify(outcome));
  });
  for (const name of ['photos', 'runs']) await cp(join(made, name), join(folder, name), { recursive: true, preserveTimestamps: true });
  return JSON.parse(await readFile(join(made, 'outcome.json'), 'utf8'));
}
