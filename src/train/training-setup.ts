/** The setup of a training run, made from its options: the model, its starting values and its data. */
import { requireSide } from '../backbones/require-side.js';
import type { OnRead } from '../datasets/pristine/find-near-duplicates.js';
import type { FusionConstants } from '../heads/fusion.js';
import type { RunFolder } from '../runs/run-directory.js';
import { readRunImages } from '../runs/run-images.js';
import { chooseBackbone } from './choose-backbone.js';
import { earlierImages } from './data/earlier-images.js';
import { openStoredPairData } from './data/stored-pair-data.js';
import type { TrainingData } from './data/training-data.js';
import { openImageData } from './data/training-images.js';
import type { ModelDefinition } from './graphs/model.js';
import { noPairs } from './options/data-options.js';
import type { TrainOptions } from './options.js';
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
}

export interface TrainingSetup {
  readonly options: TrainOptions;
  readonly model: ModelDefinition;
  /** Its parameters go to the engine, once. */
  readonly start: StartingPoint;
  readonly data: TrainingData;
}

/** Events of the minutes that setting up may take. */
export interface SetupWatch extends StartWatch {
  /** Image files are read, to find repetitions. */
  readonly onRead?: OnRead;
}

/** @throws UserError when the backbone, its weights, the head or the data cannot be used. */
export async function setUpTraining({ options, run, checkpoint, fusion }: TrainingSpec, watch?: SetupWatch): Promise<TrainingSetup> {
  const backbone = await chooseBackbone(options, run);
  requireSide(backbone, options.crop);
  const known = run
    ? { recorded: await readRunImages(run.images) }
    : { earlier: options.pairs === noPairs ? await earlierImages(options.weights) : undefined };
  const data = await (options.pairs === noPairs ? openImageData(options, watch?.onRead, known) : openStoredPairData(options));
  const from = { ...options, ...(fusion && { fusion }) };
  const start = checkpoint === undefined ? await startingPoint(from, backbone, watch) : await startingPointOf(checkpoint, from, backbone);
  return { options, model: { backbone, head: start.head }, start, data };
}
