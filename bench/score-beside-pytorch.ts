/** Scoring beside the same in PyTorch: the two take turns in one run, so that whatever else the machine does slows both. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBackbone } from '#antonym/backbones/registry.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { UserError } from '#antonym/support/errors.js';
import { randomStream } from '#antonym/support/random.js';
import { startPyTorch } from './pytorch-step.js';
import { randomModelFile } from './random-model.js';
import { turnsWithPyTorch } from './turns-with-pytorch.js';

const threads = 2;
/** Side of crops where any will do. */
const commonSide = 224;

/**
 * Medians of calls with random crops in memory, without decoding.
 * @throws UserError where PyTorch is missing.
 */
export async function scoreBesidePyTorch(
  backbone: string,
  { crops, steps }: { readonly crops: number; readonly steps: number },
  { python, compiled }: { readonly python: string; readonly compiled: boolean },
): Promise<Record<string, string | number>> {
  // the scripts of PyTorch think in levels
  const levels = crops / 2 - 1;
  if (!Number.isInteger(levels) || levels < 1)
    throw new UserError(`--crops beside PyTorch is an even number from 4 on, but received ${crops}.`);
  const { trainedSide = commonSide, positions } = findBackbone(backbone);
  const side = positions === undefined ? commonSide : trainedSide;
  const random = randomStream('crops beside PyTorch');
  const data = Uint8Array.from({ length: crops * side ** 2 * 3 }, () => random.integer(256));
  const image = { dataType: 'uint8' as const, shape: [crops, side, side, 3], data };
  const theirs = await startPyTorch(backbone, { photographs: 1, levels }, side, { threads, python, compiled, work: 'scoring' });
  const thread = new SessionThread({ threads });
  const folder = await mkdtemp(join(tmpdir(), 'antonym-bench-'));
  try {
    await thread.load('model', await randomModelFile(backbone, folder));
    const figures = await turnsWithPyTorch(theirs, { crops, steps, compiled }, () => thread.run('model', { image }));
    return { backbone, crops, crop: side, threads, steps, ...figures };
  } finally {
    await thread.close();
    await theirs.close();
    await rm(folder, { recursive: true });
  }
}
