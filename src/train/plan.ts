/** What a training configuration comes to: the model, its layout, and what it is trained on. */
import { findBackbone } from '../backbones/registry.js';
import { seededPrompts } from '../prompts/seeded-prompts.js';
import { UserError } from '../support/errors.js';
import type { Engine } from './engines/engine.js';
import { createOnnxRuntimeEngine } from './engines/onnxruntime.js';
import { openImageData } from './image-data.js';
import type { ModelDefinition } from './model.js';
import type { TrainOptions } from './options.js';
import type { TrainingData } from './training-data.js';

export interface Plan {
  readonly options: TrainOptions;
  readonly model: ModelDefinition;
  readonly data: TrainingData;
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
  const data = await openImageData(options);
  const prompts = seededPrompts(options.seed, promptPairs, backbone.embedding);
  return { options, model: { backbone, prompts }, data };
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
