/** Speed of training steps: as they are, beside PyTorch's, or part by part. */
import { findBackbone } from '#antonym/backbones/registry.js';
import { cropCount, cropsPerLevel } from '#antonym/losses/levels.js';
import { batches } from '#antonym/pairs/batches.js';
import { UserError } from '#antonym/support/errors.js';
import { startProgress } from '#antonym/support/progress.js';
import { createEngine } from '#antonym/train/engines/create-engine.js';
import type { TrainingSetup } from '#antonym/train/training-setup.js';
import { describeDeviceRows } from './device-table.js';
import { median, peakMemory, printFigures, rounded } from './measure.js';
import { setupOf } from './own-setup.js';
import { printProfile, profileStep } from './step-profile.js';
import { besideCheckout } from './train-beside-checkout.js';
import { besidePyTorch } from './train-beside-pytorch.js';
import { onDevice } from './train-on-device.js';

interface Flags {
  readonly backbone?: string;
  readonly crops?: string;
  readonly crop?: string;
  readonly steps?: string;
  readonly workers?: string;
  readonly warmUp: string;
  readonly weights?: string;
  readonly device?: string;
  readonly precision?: string;
  readonly vs?: string;
  readonly python: string;
  readonly compiled?: true;
  readonly profile?: true;
  readonly json?: true;
}

/** Threads of kernels beside PyTorch and in a profile, so that neither side counts processors differently. */
const threads = 2;

export async function benchTrain(given: Flags): Promise<void> {
  const { backbone = 'clip-tiny', crops, crop, workers, weights, device = 'cpu', precision, vs, json = false } = given;
  if (vs === 'pytorch' && device !== 'cpu') return benchOnDevice(given);
  const layout = crops === undefined ? {} : layoutOf(Number(crops));
  const flags = {
    backbone,
    device,
    ...layout,
    ...(weights && { weights }),
    ...(crop && { crop }),
    ...(workers && { workers }),
    ...(precision && { precision }),
  };
  if (vs !== undefined && vs !== 'pytorch') return printFigures(await besideCheckout(flags, Number(given.steps ?? 20), vs), json);
  const setup = await setupOf(flags);
  if (given.profile) {
    if (device !== 'cpu') throw new UserError('--profile measures the graph of the processor: leave out --device');
    const rows = await profileStep(setup, threads);
    if (json) process.stdout.write(`${JSON.stringify(rows)}\n`);
    else printProfile(rows);
  } else if (vs) printFigures(await besidePyTorch(setup, Number(given.steps ?? 7), threads, given.python, given.compiled === true), json);
  else printFigures(await measureSteps(setup, Number(given.steps ?? 20), Number(given.warmUp)), json);
}

/** Models that fill a card, unless others are asked for. */
const largeBackbones = 'clip-rn50,clip-vit-b-32';

async function benchOnDevice(flags: Flags): Promise<void> {
  const { backbone = largeBackbones, device = 'webgpu', crops, crop, steps, python, json } = flags;
  const layout = crops === undefined ? undefined : layoutOf(Number(crops));
  const backbones = backbone.split(',');
  const devices = device.split(',');
  // an error before anything is measured, rather than a row
  for (const name of backbones) findBackbone(name);
  for (const name of devices) {
    if (name !== 'webgpu' && name !== 'cuda') throw new UserError(`--device beside PyTorch can be webgpu and cuda, but received "${name}"`);
  }
  for (const name of ['precision', 'weights', 'workers', 'profile'] as const) {
    if (flags[name] !== undefined)
      throw new UserError(`--${name} is not for a device beside PyTorch: every precision is measured. Leave it out`);
  }
  const progress = startProgress('Measuring');
  try {
    const rows = await onDevice({
      backbones,
      devices,
      side: Number(crop ?? 224),
      levels: Number(layout?.levels ?? 5),
      photographs: layout && Number(layout.batchSize),
      steps: Number(steps ?? 5),
      python,
      onProgress: progress.note,
    });
    progress.stop();
    process.stdout.write(json ? `${JSON.stringify(rows)}\n` : describeDeviceRows(rows));
  } finally {
    progress.stop();
  }
}

/** Steps with the making of their pairs. */
async function measureSteps(setup: TrainingSetup, steps: number, warmUp: number): Promise<Record<string, string | number>> {
  const { options: values } = setup;
  const feed = setup.data.open();
  const engine = await createEngine(setup);
  const made = batches(feed.training(), { batchSize: values.batchSize, firstStep: 0 });
  // The first pass over the images renders or decodes them; from then on they are in memory, as in most of a training run.
  const warmUpSteps = 1 + Math.ceil(Math.min(setup.data.dataset.images, warmUp) / values.batchSize);
  const stepTimes: number[] = [];
  const dataTimes: number[] = [];
  for (let step = 1; step <= steps + warmUpSteps; step++) {
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
  return {
    backbone: values.backbone,
    crops: count,
    crop: values.crop,
    imagesPerSecond: rounded((count * 1000) / median(stepTimes)),
    stepMilliseconds: rounded(median(stepTimes)),
    dataMilliseconds: rounded(median(dataTimes)),
    dataSharePercent: rounded((100 * total(dataTimes)) / total(stepTimes)),
    peakMemoryMiB: peakMemory(),
  };
}

/** A number of crops as photographs x (levels + 1) x 2: with five levels where that comes out even, else one photograph. */
function layoutOf(crops: number): { batchSize: string; levels: string } {
  const standard = 6 * cropsPerLevel;
  if (crops % standard === 0) return { batchSize: String(crops / standard), levels: '5' };
  const levels = crops / cropsPerLevel - 1;
  if (!Number.isInteger(levels) || levels < 2) throw new UserError(`--crops must be an even number from 6, but received ${crops}`);
  return { batchSize: '1', levels: String(levels) };
}
