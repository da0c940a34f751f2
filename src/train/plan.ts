/** What a training configuration comes to: the model, its layout, and what it is trained on. */
import type { OnRead } from '../pairs/pristine/find-near-duplicates.js';
import type { RunFolder } from '../runs/run-directory.js';
import { chooseDevice } from '../runtime/devices/choose-device.js';
import { UserError } from '../support/errors.js';
import { chooseBackbone } from './choose-backbone.js';
import { openImageData } from './data/image-data.js';
import { openStoredPairData } from './data/stored-pair-data.js';
import type { TrainingData } from './data/training-data.js';
import type { Engine } from './engines/engine.js';
import { createOnnxRuntimeEngine, type EngineOptions } from './engines/onnxruntime.js';
import { createTensorFlowEngine } from './engines/tensorflow.js';
import type { ModelDefinition } from './graphs/model.js';
import { noPairs, type TrainOptions } from './options.js';
import { type StartingPoint, type StartWatch, startingPoint, startingPointOf } from './starting-point.js';

export interface Plan {
  readonly options: TrainOptions;
  readonly model: ModelDefinition;
  /** Its parameters go to the engine, once. */
  readonly start: StartingPoint;
  readonly data: TrainingData;
}

/** What happens while a plan is prepared, for whoever watches. */
export interface PlanWatch extends StartWatch {
  /** Image files are read, to find those that repeat others. */
  readonly onRead?: OnRead;
}

/** Of a run that goes on. */
export interface PlanOrigin {
  /** Of a run that has copies of the files that it needs. */
  readonly run?: RunFolder | undefined;
  readonly checkpoint?: string | undefined;
}

/**
 * @param origin of a run that goes on; a new one starts from what the options say
 * @throws UserError when the backbone, its weights, the prompts or the data cannot be used.
 */
export async function preparePlan(options: TrainOptions, { run, checkpoint }: PlanOrigin = {}, watch?: PlanWatch): Promise<Plan> {
  const backbone = await chooseBackbone(options, run);
  if (options.crop !== (backbone.fixedSide ?? options.crop)) {
    throw new UserError(`--crop must be ${backbone.fixedSide}, the only size that ${backbone.name} takes, but received ${options.crop}`);
  }
  const data = await (options.pairs === noPairs ? openImageData(options, watch?.onRead) : openStoredPairData(options));
  const start = checkpoint === undefined ? await startingPoint(options, backbone, watch) : await startingPointOf(checkpoint);
  return { options, model: { backbone, prompts: start.prompts.features }, start, data };
}

/**
 * The engine of a plan, in the state that it starts from; call it once: it takes the starting parameters away.
 * @param threads of its kernels; default: one per physical core
 */
export async function createEngine(plan: Plan, threads?: number): Promise<Engine> {
  const create = plan.options.engine === 'tensorflow' ? createTensorFlowEngine : createOnnxRuntimeEngine;
  return create(await engineOptions(plan, threads));
}

/** What an engine is told of a plan. */
export async function engineOptions({ options, model, start }: Plan, threads?: number): Promise<EngineOptions> {
  return {
    model,
    layout: { photographs: options.batchSize, levels: options.levels },
    accumulate: options.accumulate,
    crop: options.crop,
    losses: options,
    optimizer: { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: options.weightDecay, clipNorm: options.clipNorm },
    averageDecay: options.ema,
    recompute: options.recompute === 'on',
    seed: options.seed,
    parameters: start.parameters,
    ...(await chooseDevice({ ...options, tf32: options.tf32 === 'on' })),
    graphCapture: options.graphCapture === 'on',
    precision: options.precision,
    ...(threads !== undefined && { threads }),
  };
}
