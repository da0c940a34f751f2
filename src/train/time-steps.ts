/** Three real steps before training starts: they tell how long all of them will take. */

import { cropCount, cropsPerLevel } from '../losses/levels.js';
import { batches } from '../pairs/batches.js';
import { partsOf } from '../peers/peers.js';
import { quantile } from '../statistics/quantile.js';
import { placeOf } from '../tensors/place.js';
import { elementCount } from '../tensors/tensor-data.js';
import { createEngine } from './engines/create-engine.js';
import { buildLossGraph, trainedSpecs } from './graphs/gradients-graph.js';
import { opinionBatches } from './opinion/opinion-batches.js';
import { ratedParts } from './opinion/rated-parts.js';
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
  /** Present where several processes share steps. */
  readonly sharing?: SharingTimes;
}

export interface SharingTimes {
  readonly processes: number;
  /** Parts of a step that this process makes, of all. */
  readonly ownParts: number;
  readonly parts: number;
  /** The median time of a part, data included. */
  readonly partMilliseconds: number;
  /** Bytes of the gradients that are summed in every step. */
  readonly gradientBytes: number;
  /** The fastest of a few sums, which all processes begin together. */
  readonly sumMilliseconds: number;
}

/** Steps measured, after one that warms up. */
const measuredSteps = 3;

/** Runs a few steps and keeps nothing of them; call it once: it takes the starting parameters away. */
export async function timeSteps(setup: TrainingSetup, onStep?: (done: number, total: number) => void): Promise<StepTimes> {
  const { options, data, opinions, peers } = setup;
  const { seed, crop, batchSize } = options;
  const parts = partsOf(peers, options.accumulate);
  const feed = data.open();
  const engine = await createEngine(setup);
  try {
    const rated = opinions && opinionBatches(opinions, { seed, crop, batchSize, firstStep: 0, share: parts });
    const pairs = batches(feed.training(), { batchSize, firstStep: 0, share: parts });
    const [times, partTimes]: [number[], number[]] = [[], []];
    let pixels = new Uint8Array();
    for (let step = 1; step <= 1 + measuredSteps; step++) {
      const started = performance.now();
      const own = rated && (await ratedParts(peers, engine, parts, async () => (await rated.next()).value));
      const predicting = performance.now() - started;
      for (let part = 0; part < parts.count; part++) {
        const begun = performance.now();
        const batch = own ? own[part]! : { pixels: rankedCrops((await pairs.next()).value.pixels, options), rated: undefined };
        pixels = batch.pixels;
        await engine.accumulate(pixels, part, options.accumulate, batch.rated);
        if (step > 1) partTimes.push(performance.now() - begun + predicting / parts.count);
      }
      await engine.update({ step, learningRate: learningRate(Math.min(step, options.steps), scheduleOf(options)) });
      if (step > 1) times.push(performance.now() - started);
      onStep?.(step, 1 + measuredSteps);
    }
    const crops = opinions ? batchSize : cropCount(rankedLayout(options));
    // warms up too
    await engine.measure(pixels, crops);
    const started = performance.now();
    await engine.measure(pixels, crops);
    const perCrop = (performance.now() - started) / crops;
    const stepMilliseconds = quantile(times, 0.5);
    const own = { processes: peers.size, ownParts: parts.count, parts: parts.of, partMilliseconds: quantile(partTimes, 0.5) };
    return {
      stepMilliseconds,
      trainingMilliseconds: stepMilliseconds * options.steps,
      evaluations: Math.ceil(options.steps / options.evaluateEvery),
      evaluationMilliseconds: perCrop * (data.heldOutPairs / peers.size) * (options.levels + 1) * cropsPerLevel,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      ...(peers.size > 1 && { sharing: { ...own, ...(await timeSum(setup)) } }),
    };
  } finally {
    await engine.close();
    await feed.close();
  }
}

/** The sum over all processes of as many numbers as a step has gradients. */
async function timeSum(setup: TrainingSetup): Promise<Pick<SharingTimes, 'gradientBytes' | 'sumMilliseconds'>> {
  const { peers } = setup;
  const values = new Float32Array(trainedElements(setup));
  let fastest = Number.POSITIVE_INFINITY;
  for (let run = 0; run <= measuredSteps; run++) {
    await peers.total([]);
    const started = performance.now();
    await peers.sum([placeOf(values)]);
    fastest = Math.min(fastest, performance.now() - started);
  }
  return { gradientBytes: values.byteLength, sumMilliseconds: fastest };
}

/** Number of gradients of a step. */
export function trainedElements({ options, model }: TrainingSetup): number {
  const { parameters } = buildLossGraph(model, rankedLayout(options), options.crop, options);
  return trainedSpecs(parameters).reduce((sum, { shape }) => sum + elementCount(shape), 0);
}
