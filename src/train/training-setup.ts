/** The setup of a training run, made from its options: the model, its starting values and its data. */
import { createHash } from 'node:crypto';
import { type Backbone, encoderPrefix } from '../backbones/backbone.js';
import { requireSide } from '../backbones/require-side.js';
import type { OnRead } from '../datasets/pristine/find-near-duplicates.js';
import type { FusionConstants } from '../heads/fusion.js';
import type { Head } from '../heads/head.js';
import { alone, type Peers } from '../peers/peers.js';
import type { RunFolder } from '../runs/run-directory.js';
import { readRunImages } from '../runs/run-images.js';
import { UserError } from '../support/errors.js';
import { chooseBackbone } from './choose-backbone.js';
import { earlierImages } from './data/earlier-images.js';
import { openStoredPairData } from './data/stored-pair-data.js';
import type { TrainingData } from './data/training-data.js';
import { openImageData } from './data/training-images.js';
import { buildMeasuringGraph } from './graphs/measuring-graph.js';
import type { ModelDefinition } from './graphs/model.js';
import { requireAttention } from './low-rank.js';
import type { OpinionSet } from './opinion/opinion-set.js';
import { noPairs } from './options/data-options.js';
import type { TrainOptions } from './options.js';
import { prototypesOf } from './prototypes.js';
import { type StartingPoint, type StartWatch, startingPoint, startingPointOf } from './starting-point.js';

/** The training that the user asked for: options, and for an existing run the files that they would name. */
export interface TrainingSpec {
  readonly options: TrainOptions;
  /** The run that has copies of the needed files. */
  readonly run?: RunFolder | undefined;
  /** The checkpoint to start from; a new run starts from what the options name. */
  readonly checkpoint?: string | undefined;
  /** The constants of the head `magnitude`; default: its authors'. */
  readonly fusion?: FusionConstants;
  /** Rated images, where training is with opinions. */
  readonly opinions?: OpinionSet | undefined;
}

export interface TrainingSetup {
  readonly options: TrainOptions;
  readonly model: ModelDefinition;
  /** Its parameters go to the engine, once. */
  readonly start: StartingPoint;
  /** Pristine images: label-free training learns from them; training with opinions only says how it orders their distorted versions. */
  readonly data: TrainingData;
  /** Rated images; absent: label-free. */
  readonly opinions?: OpinionSet | undefined;
  /** The processes that train together. */
  readonly peers: Peers;
}

/** The name of what is learned from. */
export function nameOfData({ data, opinions }: Pick<TrainingSetup, 'data' | 'opinions'>): string {
  return opinions?.name ?? data.dataset.name;
}

/** Events of the minutes that setting up may take. */
export interface SetupWatch extends StartWatch {
  /** Image files are read, to find repetitions. */
  readonly onRead?: OnRead;
}

/** @throws UserError when the backbone, its weights, the head or the data cannot be used. */
export async function setUpTraining(spec: TrainingSpec, watch?: SetupWatch): Promise<TrainingSetup> {
  const { options, run, checkpoint, fusion, opinions } = spec;
  const backbone = await trainedBackbone(options, run);
  requireSide(backbone, options.crop);
  const known = run
    ? { recorded: await readRunImages(run.images) }
    : { earlier: options.pairs === noPairs ? await earlierImages(options.weights) : undefined };
  const data = await (options.pairs === noPairs ? openImageData(options, watch?.onRead, known) : openStoredPairData(options));
  const from = { ...options, ...(fusion && { fusion }) };
  const start =
    checkpoint === undefined
      ? await startingPoint(from, backbone, watch, (parameters) => prototypesOf({ backbone, parameters, data, options }))
      : await startingPointOf(checkpoint, from, backbone);
  const model = trainedModel(options, backbone, start.head);
  if (checkpoint === undefined) requireTrained(model, options);
  return { options, model, start, data: opinions ? ratedData(data, opinions) : data, opinions, peers: alone };
}

/** @throws UserError when there is no such backbone, or it cannot be used. */
export async function trainedBackbone(options: TrainOptions, run: RunFolder | undefined): Promise<Backbone> {
  return tuned(featureOf(await chooseBackbone(options, run), options.head), options.tune);
}

export function trainedModel(options: TrainOptions, backbone: Backbone, head: Head): ModelDefinition {
  return { backbone, head, ...(options.tune === 'lora' && { lowRank: { rank: options.loraRank, alpha: options.loraAlpha } }) };
}

/** The head `mlp` takes what AGM's authors take: of encoders without a pool or projection the mean over all tokens. */
function featureOf(backbone: Backbone, head: TrainOptions['head']): Backbone {
  const { embedTokenMean, description } = backbone;
  if (head !== 'mlp' || !embedTokenMean) return backbone;
  return { ...backbone, description: `${description}, mean over all tokens`, embed: embedTokenMean };
}

/** An encoder of which nothing is trained itself, where something else is. */
function tuned(backbone: Backbone, tune: TrainOptions['tune']): Backbone {
  return tune === 'whole' ? backbone : { ...backbone, isFrozen: (name) => name.startsWith(encoderPrefix) };
}

/** @throws UserError when nothing is left to train. */
function requireTrained(model: ModelDefinition, { tune, crop }: TrainOptions): void {
  const { backbone, head } = model;
  if (tune === 'whole') return;
  const specs = [...buildMeasuringGraph(model, crop).parameters.specs.values()];
  if (tune === 'lora') requireAttention(specs, backbone.name);
  else if (specs.every(({ name, role }) => role === 'buffer' || backbone.isFrozen?.(name)))
    throw new UserError(
      `--tune head leaves nothing to train: the head ${head.kind} has no parameters. Choose another --head, or --tune whole.`,
    );
}

/** The run is known by its rated images too. */
function ratedData(data: TrainingData, { name, training, validation, test, fingerprint }: OpinionSet): TrainingData {
  const digest = createHash('sha256').update(data.fingerprint).update(fingerprint).digest('hex');
  const summary = `${training.length} rated images of ${name} to train on, ${validation.length} to choose by, ${test.length} for the test`;
  return { ...data, summary, fingerprint: digest };
}
