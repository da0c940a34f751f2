/** Training steps beside the same in PyTorch: the two take turns in one run, so that whatever else the machine does slows both. */
import { setTimeout } from 'node:timers/promises';
import { cropCount } from '#antonym/losses/levels.js';
import { randomStream } from '#antonym/support/random.js';
import { createEngine } from '#antonym/train/engines/create-engine.js';
import type { TrainingSetup } from '#antonym/train/training-setup.js';
import { median, peakMemory, rounded } from './measure.js';
import { startPyTorch } from './pytorch-step.js';

/** Threads of kernels look out for work for some milliseconds after the last; then they sleep and take nothing from the other side. */
export const pauseMilliseconds = 200;
export const warmUpSteps = 2;

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
    const times: { readonly own: number[]; readonly other: number[] } = { own: [], other: [] };
    let otherPeak = 0;
    for (let step = 1; step <= warmUpSteps + steps; step++) {
      const started = performance.now();
      await engine.accumulate(pixels, 0, 1);
      await engine.update({ step, learningRate: options.lr });
      const own = performance.now() - started;
      await setTimeout(pauseMilliseconds);
      const other = await theirs.step();
      await setTimeout(pauseMilliseconds);
      otherPeak = other.peakMemoryMiB;
      if (step <= warmUpSteps) continue;
      times.own.push(own);
      times.other.push(other.milliseconds);
    }
    await engine.close();
    return {
      backbone: options.backbone,
      crops,
      crop: options.crop,
      threads,
      steps,
      imagesPerSecond: rounded((crops * 1000) / median(times.own)),
      pytorchImagesPerSecond: rounded((crops * 1000) / median(times.other)),
      ratio: rounded(median(times.other) / median(times.own)),
      peakMemoryMiB: peakMemory(),
      pytorchPeakMemoryMiB: otherPeak,
      pytorch: `${theirs.facts.torch}${compiled ? ', compiled' : ''}`,
    };
  } finally {
    await theirs.close();
  }
}
