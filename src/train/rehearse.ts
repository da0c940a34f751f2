/** A training in small, before it starts: three real steps say how long all of them will take. */
import { cropCount, cropsPerLevel } from '../losses/levels.js';
import { batches } from '../pairs/batches.js';
import { quantile } from '../statistics/quantile.js';
import { createEngine, type Plan } from './plan.js';
import { learningRate } from './schedule.js';
import { scheduleOf } from './train.js';

export interface Rehearsal {
  /** Median of a step, data included. */
  readonly stepMilliseconds: number;
  /** Of all steps. */
  readonly trainingMilliseconds: number;
  readonly evaluations: number;
  /** Of one of them. */
  readonly evaluationMilliseconds: number;
  /** The most memory that this process has held. */
  readonly peakBytes: number;
}

/** Steps that are measured, after one that warms up. */
const measuredSteps = 3;

/** Runs a few steps and keeps nothing of them; call it once: it takes the starting parameters away. */
export async function rehearse(plan: Plan, onStep?: (done: number, total: number) => void): Promise<Rehearsal> {
  const { options, data } = plan;
  const feed = data.open();
  const engine = await createEngine(plan);
  try {
    const made = batches(feed.training(), { batchSize: options.batchSize, firstStep: 0 });
    const times: number[] = [];
    let pixels = new Uint8Array();
    for (let step = 1; step <= 1 + measuredSteps; step++) {
      const started = performance.now();
      for (let part = 0; part < options.accumulate; part++) {
        pixels = (await made.next()).value.pixels;
        await engine.accumulate(pixels, part, options.accumulate);
      }
      await engine.update({ step, learningRate: learningRate(Math.min(step, options.steps), scheduleOf(plan)) });
      if (step > 1) times.push(performance.now() - started);
      onStep?.(step, 1 + measuredSteps);
    }
    const crops = cropCount({ photographs: options.batchSize, levels: options.levels });
    // warms up too
    await engine.similarity(pixels, crops);
    const started = performance.now();
    await engine.similarity(pixels, crops);
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
