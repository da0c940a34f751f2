/** Speed of training steps. */
import { availableParallelism } from 'node:os';
import { isOnnxFile } from '#antonym/backbones/onnx-backbone.js';
import { cropCount, cropsPerLevel } from '#antonym/losses/levels.js';
import { batches } from '#antonym/pairs/batches.js';
import { UserError } from '#antonym/support/errors.js';
import { resolveOptions } from '#antonym/support/option-table.js';
import { trainOptions } from '#antonym/train/options.js';
import { createEngine, preparePlan } from '#antonym/train/plan.js';
import { median, peakMemory, printFigures, rounded } from './measure.js';

interface Flags {
  readonly backbone: string;
  readonly crops?: string;
  readonly crop?: string;
  readonly steps: string;
  readonly workers?: string;
  readonly warmUp: string;
  readonly json?: true;
}

export async function benchTrain({ backbone, crops, crop, steps, workers, warmUp, json }: Flags): Promise<void> {
  const layout = crops === undefined ? {} : layoutOf(Number(crops));
  const start = { backbone, weights: isOnnxFile(backbone) ? 'own' : 'random', prompts: 'seeded', accumulate: '1' };
  const flags = { ...start, ...layout, ...(crop && { crop }), ...(workers && { workers }) };
  const { values } = resolveOptions(trainOptions, { flags }, { cores: availableParallelism() });
  const plan = await preparePlan(values);
  const feed = plan.data.open();
  const engine = await createEngine(plan);
  const made = batches(feed.training(), { batchSize: values.batchSize, firstStep: 0 });
  // The first pass over the images renders or decodes them; from then on they are in memory, as in most of a training run.
  const warmUpSteps = 1 + Math.ceil(Math.min(plan.data.dataset.images, Number(warmUp)) / values.batchSize);
  const stepTimes: number[] = [];
  const dataTimes: number[] = [];
  for (let step = 1; step <= Number(steps) + warmUpSteps; step++) {
    const started = performance.now();
    const { value: batch } = await made.next();
    const fed = performance.now();
    await engine.accumulate(batch.pixels, 0, 1);
    await engine.update({ step, learningRate: values.lr });
    if (step <= warmUpSteps) continue;
    dataTimes.push(fed - started);
    stepTimes.push(performance.now() - started);
  }
  await engine.close();
  await feed.close();
  const count = cropCount({ photographs: values.batchSize, levels: values.levels });
  const total = (times: readonly number[]): number => times.reduce((sum, time) => sum + time, 0);
  printFigures(
    {
      backbone,
      crops: count,
      crop: values.crop,
      imagesPerSecond: rounded((count * 1000) / median(stepTimes)),
      stepMilliseconds: rounded(median(stepTimes)),
      dataMilliseconds: rounded(median(dataTimes)),
      dataSharePercent: rounded((100 * total(dataTimes)) / total(stepTimes)),
      peakMemoryMiB: peakMemory(),
    },
    json === true,
  );
}

/** A number of crops as photographs x (levels + 1) x 2: with five levels where that comes out even, else one photograph. */
function layoutOf(crops: number): { batchSize: string; levels: string } {
  const standard = 6 * cropsPerLevel;
  if (crops % standard === 0) return { batchSize: String(crops / standard), levels: '5' };
  const levels = crops / cropsPerLevel - 1;
  if (!Number.isInteger(levels) || levels < 2) throw new UserError(`--crops must be an even number from 6, but received ${crops}`);
  return { batchSize: '1', levels: String(levels) };
}
