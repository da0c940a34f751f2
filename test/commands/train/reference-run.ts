/** Runs of eight steps, trained by the real command once for all test files. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { madeOnce } from '../../support/files/made-once.js';
import type { Outcome } from '../antonym.js';
import { antonymHere } from '../antonym-here.js';

/** Options of a run that takes seconds, without saying what is wrong with an image (test/commands/score/why.test.ts); `photos` has six photographs, and x0.png, which is broken. */
export const tiny = '--data photos --batch-size 2 --crop 32 --held-out 1 --levels 2 --workers 1 --degradations off'.split(' ');
const encoderFile = join(import.meta.dirname, '../../backbones/golden/onnx_resnet.onnx');
/** An encoder of a few thousand weights, for tests of how a training ends and resumes: with `clip-tiny` it takes twice the time. */
export const smallEncoder = ['--backbone', encoderFile, ...'--mean 0,0,0 --std 1,1,1 --accumulate 1'.split(' ')];
/** Two distortions instead of all: 12 held-out crops instead of 144. */
export const twoDistortions = ['--distortion', 'jpeg,white-noise'];
export const steps = 8;
/** Checkpoints after steps 3, 6 and 8. */
const eightSteps = [...tiny, '--steps', String(steps), '--evaluate-every', '3'];
export const settings = [...eightSteps, ...twoDistortions];

/**
 * Fills a folder with `photos` and with `runs/reference`, which `settings` trained on them.
 * @returns what the command said while it trained.
 */
export function copyShortRun(folder: string): Promise<Outcome> {
  return copyOf('short-run', settings, folder);
}

/** The same, but the run has held-out crops of all distortions: for tests of what is measured on them. */
export function copyReferenceRun(folder: string): Promise<Outcome> {
  return copyOf('reference-run', eightSteps, folder);
}

async function copyOf(name: string, options: readonly string[], folder: string): Promise<Outcome> {
  const made = await madeOnce(name, async (place) => {
    await writePhotographs(join(place, 'photos'), 6, 1);
    const outcome = await antonymHere(['train', ...options, '--run', 'reference', '--json'], place);
    await writeFile(join(place, 'outcome.json'), JSON.stringify(outcome));
  });
  for (const part of ['photos', 'runs']) await cp(join(made, part), join(folder, part), { recursive: true, preserveTimestamps: true });
  return JSON.parse(await readFile(join(made, 'outcome.json'), 'utf8'));
}
