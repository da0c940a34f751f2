/** The memory that a training run will take, stated before it starts. */

import { isOnnxFile } from '../backbones/preset.js';
import { peakMemory } from '../graph/peak-memory.js';
import { cropsPerLevel } from '../losses/levels.js';
import { lowerGradients } from '../lowering/lower-gradients.js';
import { pairCacheBytes } from '../pairs/pair-pool.js';
import { alone } from '../peers/peers.js';
import { UserError } from '../support/errors.js';
import { elementCount } from '../tensors/tensor-data.js';
import { buildMixedGradientsGraph } from './engines/mixed-gradients-graph.js';
import { cropsAtOnce, measuringMemory } from './graphs/crops-at-once.js';
import { buildGradientsGraph, recomputedOn, trainedSpecs } from './graphs/gradients-graph.js';
import { cropsOf, lossGraphOf, seesOtherParts } from './graphs/opinion-graph.js';
import { objectiveOf } from './objective.js';
import type { TrainingSetup } from './training-setup.js';

/** Node.js and ONNX Runtime before anything is loaded, and each thread that makes pairs: measured. */
const programBytes = 150 * 2 ** 20;
const workerBytes = 60 * 2 ** 20;

/** The part of a setup that the memory depends on. */
export interface MemorySetup extends Pick<TrainingSetup, 'options' | 'model'>, Partial<Pick<TrainingSetup, 'peers'>> {
  readonly data: Pick<TrainingSetup['data'], 'heldOutPairs'>;
}

/**
 * The peak memory of a run, bytes, to within about a quarter: the state and its copy for a checkpoint; sums of gradients beside the
 * values of a step; memory that a step, an evaluation and the making of pairs have once taken, which they keep. The export takes less: it
 * begins when all that is given up.
 */
export function estimateMemory({ options, model, data }: MemorySetup): number {
  const { crop, levels, accumulate, recompute, precision, ema, workers } = options;
  const objective = objectiveOf(options);
  const losses = lossGraphOf(model, crop, objective);
  const bytesOf = (specs: Iterable<{ readonly shape: readonly number[] }>): number =>
    [...specs].reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0);
  const trained = bytesOf(trainedSpecs(losses.parameters));
  const saved = bytesOf(losses.parameters.specs.values()) + trained * (ema > 0 ? 3 : 2);
  const step = peakMemory(
    precision === 'mixed'
      ? buildMixedGradientsGraph(losses, options.device === 'cpu' ? 'cpu' : 'webgpu')
      : lowerGradients(buildGradientsGraph(losses, recomputedOn(options.device, recompute === 'on')), 'cpu'),
  );
  const heldOutCrops = data.heldOutPairs * (levels + 1) * cropsPerLevel;
  const evaluation = measuringMemory(model, crop, Math.min(cropsAtOnce(model, crop), (levels + 1) * cropsPerLevel));
  const prediction = seesOtherParts(objective) ? measuringMemory(model, crop, cropsOf(objective)) : 0;
  // ONNX Runtime's overhead over the values of a graph: work space of convolutions and gaps in its arena
  const overhead = model.backbone.memoryOverhead[model.backbone.trainNormalization];
  const values = (step + evaluation + prediction) * overhead;
  const pixels = heldOutCrops * crop * crop * 3 + pairCacheBytes;
  const gradients = trained * (accumulate > 1 ? 2 : 1);
  return programBytes + workers * workerBytes + 2 * saved + gradients + values + pixels;
}

/**
 * The largest batch, with as many photographs in an update, that takes no more than some memory.
 * @returns undefined when not even one photograph at a time does
 */
export function fittingBatch(setup: MemorySetup, bytes: number): Pick<TrainingSetup['options'], 'batchSize' | 'accumulate'> | undefined {
  const photographs = setup.options.batchSize * setup.options.accumulate;
  for (let batchSize = setup.options.batchSize - 1; batchSize >= 1; batchSize--) {
    if (photographs % batchSize !== 0) continue;
    const smaller = { batchSize, accumulate: photographs / batchSize };
    if (estimateMemory({ ...setup, options: { ...setup.options, ...smaller } }) <= bytes) return smaller;
  }
  return undefined;
}

/** The estimate is right to within about a quarter: what needs more than this many times the memory that is free does not fit. */
const certainly = 1.25;

/**
 * The line shown before training starts; a warning when there is too little memory.
 * @param free memory of the machine, which processes on it share, bytes
 * @throws UserError when an encoder of a file certainly needs more: what a file asks for is not tried.
 */
export function describeMemory(setup: MemorySetup, free: number): string {
  const needed = estimateMemory(setup);
  const { size, localSize } = setup.peers ?? alone;
  const available = free / localSize;
  const verb = size > 1 ? 'each process needs' : 'needs';
  // ONNX Runtime does not say how much a device has; where it is too little, the trial before the first step does
  if (setup.options.device !== 'cpu')
    return `${verb} about ${gibibytes(needed)} GiB of the device's memory, if its kernels take what the processor's do`;
  const text = `${verb} about ${gibibytes(needed)} GiB of memory, ${gibibytes(available)} GiB are available`;
  if (needed <= available) return text;
  const { engine, precision, recompute } = setup.options;
  const canRecompute = engine === 'onnxruntime' && precision === 'fp32' && recompute === 'off';
  const smaller = fittingBatch(setup, available);
  const advice = smaller
    ? `use --batch-size ${smaller.batchSize} --accumulate ${smaller.accumulate}: as many photographs an update`
    : `use ${canRecompute ? '--recompute on, ' : ''}a smaller --crop or fewer --levels, or --freeze the first parts`;
  const { backbone } = setup.options;
  if (isOnnxFile(backbone) && needed > certainly * available) throw new UserError(`${backbone} cannot be trained so: ${text}; ${advice}.`);
  return `warning: ${text}; ${advice}`;
}

export function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
