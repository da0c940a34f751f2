/** From a run's best checkpoint to the files that users take away. */
import { join } from 'node:path';
import { encodeOnnx } from '../graph/onnx-file.js';
import type { PairPool } from '../pairs/pair-pool.js';
import type { TensorData } from '../runtime/tensor-data.js';
import { quantile } from '../statistics/quantile.js';
import { writeFileAtomically } from '../support/atomic-file.js';
import { describeEnvironment, type Environment } from '../support/environment.js';
import { fileError } from '../support/file-errors.js';
import { type Checkpoint, loadCheckpoint } from '../train/checkpoint.js';
import type { Engine } from '../train/engines/engine.js';
import { evaluateOrdering } from '../train/evaluation.js';
import type { HeldOutPair } from '../train/held-out.js';
import { createEngine, createPool, heldOutPairs, type Plan } from '../train/plan.js';
import { restore } from '../train/train.js';
import { type ModelDescription, toMetadata } from './model-description.js';
import { checkParity, type Parity } from './parity.js';
import { buildScoringModel } from './scoring-model.js';
import { fitSoftmaxScale, scoresOf } from './softmax-scale.js';

export interface ExportedModel {
  readonly folder: string;
  readonly model: string;
  readonly description: ModelDescription;
  readonly parity: Parity;
}

/** Above this many pixels, `score` splits an image: bounds its memory at a few hundred MB. */
const maximumPixels = 2 ** 21;
/** Crops on which the exported file is compared with the model under training. */
const parityCrops = 96;

/**
 * Writes `model.onnx`, `model.json` and `parity.json`, each whole or not at all, from a checkpoint of a run of this plan.
 * @throws UserError when the checkpoint does not fit, the exported file does not compute the same, or a file cannot be written.
 */
export async function exportRun(plan: Plan, checkpointPath: string, folder: string): Promise<ExportedModel> {
  const checkpoint = await loadCheckpoint(checkpointPath);
  const pool: PairPool = createPool(plan);
  let engine: Engine | undefined;
  try {
    engine = await createEngine(plan);
    await restore(engine, plan, checkpoint, checkpointPath);
    const pairs = await heldOutPairs(plan, pool);
    const measured = await measure(engine, pairs, plan);
    const scale = fitSoftmaxScale(measured.similarities, measured.count);
    const evaluation = await evaluateOrdering(engine, pairs, plan.options.crop);
    const description = describe(plan, checkpoint, scale, measured, evaluation, await describeEnvironment());
    const graph = buildScoringModel(plan.model, modelTensors(checkpoint), scale);
    const file = encodeOnnx(graph, { version: description.version, metadata: toMetadata(description) });
    const parity = await checkParity(file, firstCrops(pairs, plan.options.crop), {
      scores: scoresOf(measured.similarities, measured.count, scale).slice(0, parityCrops),
      similarities: measured.similarities.slice(0, (parityCrops * measured.similarities.length) / measured.count),
    });
    await writeFiles(folder, file, description, parity);
    return { folder, model: join(folder, 'model.onnx'), description, parity };
  } finally {
    await engine?.close();
    await pool.close();
  }
}

interface Measured {
  /** [count, pairs, 2] */
  readonly similarities: Float32Array;
  readonly count: number;
  /** Severity level of each crop. */
  readonly levels: readonly number[];
}

async function measure(engine: Engine, pairs: readonly HeldOutPair[], { options: { crop, levels } }: Plan): Promise<Measured> {
  const cropsPerPair = (levels + 1) * 2;
  const parts: Float32Array[] = [];
  for (const { pair } of pairs) parts.push(await engine.similarity(pair.pixels, pair.pixels.length / (crop * crop * 3)));
  return {
    similarities: concatenate(parts),
    count: pairs.length * cropsPerPair,
    levels: pairs.flatMap(() => Array.from({ length: cropsPerPair }, (_, index) => Math.floor(index / 2))),
  };
}

function describe(
  { options, dataset, split, model }: Plan,
  checkpoint: Checkpoint,
  scale: number,
  { similarities, count, levels }: Measured,
  evaluation: ModelDescription['evaluation'],
  { antonym, commit, modified }: Environment,
): ModelDescription {
  const scores = scoresOf(similarities, count, scale);
  const percentilesOf = (level: number): ModelDescription['scorePercentiles'][number] => {
    const own = scores.filter((_, index) => levels[index] === level);
    const at = (share: number): number => Number(quantile(own, share).toFixed(6));
    return { level, p5: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) };
  };
  const { name, licence, homepage, citation, images } = dataset;
  return {
    format: 'antonym-model-1',
    method: 'QualiCLIP (arXiv 2403.11176): label-free ranking of degraded crops against antonym prompts',
    backbone: `${model.backbone.name}: ${model.backbone.description}`,
    prompts: `${model.prompts.shape[0]} pairs of opposite seeded unit vectors (no text encoder)`,
    scale,
    score: { range: [0, 1], direction: 'higher is better' },
    size: { minimumSide: model.backbone.minimumSide, recommendedSide: options.crop },
    largeImages: { policy: 'tiles', maximumPixels },
    scorePercentiles: Array.from({ length: options.levels + 1 }, (_, level) => percentilesOf(level)),
    evaluation,
    data: { name, ...given({ licence, homepage, citation }), images: images.length, heldOut: split.heldOut.length },
    training: { step: checkpoint.step, steps: options.steps, seed: options.seed, levels: options.levels, crop: options.crop },
    version: antonym,
    ...given({ commit: commit && (modified ? `${commit}-modified` : commit) }),
  };
}

/** Parameters and buffers: what the scoring graph needs of a checkpoint. */
function modelTensors({ tensors }: Checkpoint): Record<string, TensorData> {
  return Object.fromEntries([...tensors].filter(([name]) => !name.startsWith('moment')));
}

function firstCrops(pairs: readonly HeldOutPair[], side: number): { pixels: Uint8Array; count: number; side: number } {
  const size = side * side * 3;
  const pixels = Buffer.concat(pairs.slice(0, parityCrops).map(({ pair }) => pair.pixels)).subarray(0, parityCrops * size);
  return { pixels: new Uint8Array(pixels), count: pixels.length / size, side };
}

async function writeFiles(folder: string, file: Uint8Array, description: ModelDescription, parity: Parity): Promise<void> {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  try {
    await writeFileAtomically(join(folder, 'model.json'), json(description));
    await writeFileAtomically(join(folder, 'parity.json'), json(parity));
    await writeFileAtomically(join(folder, 'model.onnx'), file);
  } catch (error) {
    throw fileError('write the exported model to', folder, error);
  }
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The entries that have a value. */
function given<T extends Record<string, string | undefined>>(values: T): { [Key in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: string };
}
