/** Three real steps before training starts: they tell how long all of them will take. */

import { cropCount, cropsPerLevel } from '../losses/levels.js';
import { batches } from '../pairs/batches.js';
import { quantile } from '../statistics/quantile.js';
import { createEngine } from './engines/create-engine.js';
import { rankedCrops, rankedLayout } from './ranked-crops.js';
import { learningRate, scheduleOf } from './schedule.js';
import type { TrainingSetup } from './training-setup.js';

export interface StepTimes {
  /** The median, data included. */
  readonly stepMilliseconds: number;
  /** The time of all steps. */
  readonly trainingMilliseconds: number;
  readonly evaluations: number;
  /** The time of one of them. */
  readonly evaluationMilliseconds: number;
  /** The peak memory of this process. */
  readonly peakBytes: number;
}

/** Steps measured, after one that warms up. */
const measuredSteps = 3;

/** Runs a few steps and keeps nothing of them; call it once: it takes the starting parameters away. */
export async function timeSteps(setup: TrainingSetup, onStep?: (done: number, total: number) => void): Promise<StepTimes> {
  const { options, data } = setup;
  const feed = data.open();
  const engine = await createEngine(setup);
  try {
    const made = batches(feed.training(), { batchSize: options.batchSize, firstStep: 0 });
    const times: number[] = [];
    let pixels = new Uint8Array();
    for (let step = 1; step <= 1 + measuredSteps; step++) {
      const started = performance.now();
      for (let part = 0; part < options.accumulate; part++) {
        pixels = rankedCrops((await made.next()).value.pixels, options);
        await engine.accumulate(pixels, part, options.accumulate);
      }
      await engine.update({ step, learningRate: learningRate(Math.min(step, options.steps), scheduleOf(options)) });
      if (step > 1) times.push(performance.now() - started);
      onStep?.(step, 1 + measuredSteps);
    }
    const crops = cropCount(rankedLayout(options));
    // warms up too
    await engine.measure(pixels, crops);
    const started = performance.now();
    await engine.measure(pixels, crops);
    const perCrop = (performance.now() - started) / crops;
    const stepMilliseconds = quantile(times, 0.5);
    return {
      stepMilliseconds,
      trainingMilliseconds: stepMilliseconds * options.steps,
      evaluations: Math.ceil(options.steps / options.evaluateEvery),
      evaluationMilliseconds: perCrop * data.heldOutPairs * (options.levels + 1) * cropsPerLevel,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    await engine.close();
    await feed.close();
  }
}
