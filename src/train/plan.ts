/** What a training configuration comes to: the model, its layout, and which images are trained on and which are held out. */
import { createHash } from 'node:crypto';
import { findBackbone } from '../backbones/registry.js';
import { type Dataset, openDataset } from '../datasets/open-dataset.js';
import { distortionNames } from '../degrade/distortions/table.js';
import { minimumSideFor } from '../pairs/crops.js';
import { PairPool } from '../pairs/pair-pool.js';
import { seededPrompts } from '../prompts/seeded-prompts.js';
import { UserError } from '../support/errors.js';
import type { Engine } from './engines/engine.js';
import { createOnnxRuntimeEngine } from './engines/onnxruntime.js';
import { type HeldOutPair, type HeldOutWatch, makeHeldOutPairs, type Split, splitImages } from './held-out.js';
import type { ModelDefinition } from './model.js';
import type { TrainOptions } from './options.js';

export interface Plan {
  readonly options: TrainOptions;
  readonly model: ModelDefinition;
  readonly dataset: Dataset;
  readonly split: Split;
}

/** Antonym pairs of the published method; for `clip-tiny` they are directions without words. */
const promptPairs = 7;

/**
 * @param weights `random` accepts a backbone that makes sense only with pretrained weights: to measure its speed
 * @throws UserError when the backbone or the data cannot be used.
 */
export async function preparePlan(options: TrainOptions, weights: 'published' | 'random' = 'published'): Promise<Plan> {
  const backbone = findBackbone(options.backbone);
  if (backbone.pretrained === 'required' && weights === 'published') {
    throw new UserError(
      `The backbone ${backbone.name} makes sense only with its pretrained weights, which this version cannot load yet. Train clip-tiny instead.`,
    );
  }
  const dataset = await openDataset(options.data, { minimumSide: minimumSideFor(options.crop), seed: options.seed });
  const prompts = seededPrompts(options.seed, promptPairs, backbone.embedding);
  return { options, model: { backbone, prompts }, dataset, split: splitImages(dataset.images, options.heldOut, options.seed) };
}

/** A digest of what is trained on and held out: a run may only go on with the same images. */
export function dataFingerprint({ split }: Pick<Plan, 'split'>): string {
  // The id of a file, not its path: a folder may move.
  const identities = [split.training, split.heldOut].map((images) => images.map((image) => (image.kind === 'file' ? image.id : image)));
  return createHash('sha256').update(JSON.stringify(identities)).digest('hex');
}

/** The engine of a plan, with freshly initialised state. */
export function createEngine({ options, model }: Plan): Promise<Engine> {
  return createOnnxRuntimeEngine({
    model,
    layout: { photographs: options.batchSize, levels: options.levels },
    crop: options.crop,
    losses: options,
    optimizer: { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: options.weightDecay, clipNorm: options.clipNorm },
    seed: options.seed,
  });
}

export function createPool({ options }: Plan): PairPool {
  return new PairPool({ workers: options.workers });
}

/** The held-out pairs of a plan: always the same. */
export function heldOutPairs({ options, split }: Plan, pool: PairPool, watch: HeldOutWatch = {}): Promise<HeldOutPair[]> {
  const { levels, crop, seed } = options;
  return makeHeldOutPairs(pool, split.heldOut, distortionNames, { levels, crop, seed, ...watch });
}
