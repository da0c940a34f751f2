/** Training steps beside the same in PyTorch: the two take turns in one run, so that whatever else the machine does slows both. */
import { cropCount } from '#antonym/losses/levels.js';
import { randomStream } from '#antonym/support/random.js';
import { createEngine } from '#antonym/train/engines/create-engine.js';
import type { TrainingSetup } from '#antonym/train/training-setup.js';
import { startPyTorch } from './pytorch-step.js';
import { turnsWithPyTorch } from './turns-with-pytorch.js';

/**
 * Medians of whole steps (losses, gradients, clipping, AdamW) on random crops, without the making of pairs.
 * @throws UserError where PyTorch is missing.
 */
export async function besidePyTorch(
  setup: TrainingSetup,
  steps: number,
  threads: number,
  python: string,
  compiled: boolean,
): Promise<Record<string, string | number>> {
  const { options } = setup;
  const layout = { photographs: options.batchSize, levels: options.levels };
  const crops = cropCount(layout);
  const random = randomStream('crops beside PyTorch');
  const pixels = Uint8Array.from({ length: crops * options.crop ** 2 * 3 }, () => random.integer(256));
  // First, while this process is small: a copy of it is what the other begins as.
  const theirs = await startPyTorch(options.backbone, layout, options.crop, { threads, python, compiled });
  try {
    const engine = await createEngine(setup, threads);
    const figures = await turnsWithPyTorch(theirs, { crops, steps, compiled }, async (step) => {
      await engine.accumulate(pixels, 0, 1);
      await engine.update({ step, learningRate: options.lr });
    });
    await engine.close();
    return { backbone: options.backbone, crops, crop: options.crop, threads, steps, ...figures };
  } finally {
    await theirs.close();
  }
}
