/** The run that training writes to: a new one, or one that is resumed. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isOnnxFile } from '../../backbones/preset.js';
import type { Opinions } from '../../evaluate/opinions.js';
import { copyBackbone } from '../../runs/backbone-copy.js';
import { findLastCheckpoint } from '../../runs/find-checkpoint.js';
import { createRun, type OpenRun, openRun, type RunFolder, replaceConfig, requireFreeRun, runsFolder } from '../../runs/run-directory.js';
import { writeRunImages } from '../../runs/run-images.js';
import { runNamePrefix } from '../../runs/run-name.js';
import { checkDevice } from '../../runtime/devices/choose-device.js';
import { describeEnvironment } from '../../support/environment.js';
import {
  type GivenOptions,
  type ImpliedOptions,
  type ResolvedOptions,
  resolveOptions,
  resumeOptions,
  savedForm,
} from '../../support/options/option-table.js';
import { chooseBackbone } from '../../train/choose-backbone.js';
import { optionsOfPairs } from '../../train/data/stored-pair-data.js';
import { hasAttention } from '../../train/low-rank.js';
import type { OpinionSet } from '../../train/opinion/opinion-set.js';
import { noPairs } from '../../train/options/data-options.js';
import { noOpinions } from '../../train/options/opinion-options.js';
import { checkTrainOptions, isOtherPlace, isOtherSplit, type TrainOptions, trainOptions } from '../../train/options.js';
import { placeOptions, runIdentity } from '../../train/run-identity.js';
import { optionsOfRun } from '../../train/stored-options.js';
import { nameOfData, type TrainingSetup, type TrainingSpec } from '../../train/training-setup.js';
import { openOpinions } from './open-opinions.js';

/** A run whose options are known to be right, before anything is set up. */
export interface TrainingRun {
  readonly resolved: ResolvedOptions<typeof trainOptions>;
  readonly spec: TrainingSpec;
  /** The table of opinions that it is trained with; absent: label-free. */
  readonly opinions?: Opinions | undefined;
  /** The run's folder, for this process alone until `close`. */
  open(setup: TrainingSetup): Promise<RunFolder>;
  close(): Promise<void>;
}

/**
 * @param name of the run; by default it follows from the backbone and the data
 * @param onNote takes what a person should know of opinions
 * @param cores that are for this process
 */
export async function newRun(
  name: string | undefined,
  given: GivenOptions,
  onNote?: (note: string) => void,
  cores = availableParallelism(),
): Promise<TrainingRun> {
  if (name !== undefined) await requireFreeRun(runsFolder, name);
  const resolve = (implied?: ImpliedOptions): ResolvedOptions<typeof trainOptions> =>
    resolveOptions(trainOptions, { ...given, ...(implied && { implied }) }, { cores });
  // Stored pairs and ONNX files state options of their own (the size of crops, the levels), and options say which pairs or file is meant:
  // hence the first values only find it, and with what it states all are resolved.
  const implied = await optionsStatedBy(resolve().values);
  let resolved = resolve(implied);
  const isRated = resolved.values.opinion !== noOpinions;
  const opened = isRated ? await openOpinions(resolved.values, onNote) : undefined;
  if (opened) resolved = resolve(await optionsOfOpinions(resolved.values, opened.set, implied));
  await checkOptions(resolved.values);
  let run: OpenRun | undefined;
  return {
    resolved,
    spec: { options: resolved.values, opinions: opened?.set },
    opinions: opened?.table,
    async open(setup) {
      const { options, model, data } = setup;
      const { downscale, record } = data;
      const naming = name === undefined ? { prefix: runNamePrefix(options.backbone, nameOfData(setup)) } : { name };
      // The factor that auto came to: the run resumes with it.
      const saved = savedForm({ ...resolved, values: { ...resolved.values, downscale } });
      run = await createRun(runsFolder, naming, saved, await describeEnvironment(), async (folder) => {
        if (model.backbone.files) await copyBackbone(model.backbone.files, folder);
        if (record) await writeRunImages(folder.images, record);
      });
      return run.folder;
    },
    close: async () => run?.close(),
  };
}

async function checkOptions(options: TrainOptions): Promise<void> {
  checkTrainOptions(options);
  await checkDevice({ ...options, tf32: options.tf32 === 'on' }, { halfPrecision: options.precision === 'mixed' });
}

/** The options that stored pairs bring with them, or that an ONNX file does which takes images of one size only. */
async function optionsStatedBy(values: TrainOptions): Promise<ImpliedOptions | undefined> {
  if (values.pairs !== noPairs) return optionsOfPairs(values.pairs);
  if (!isOnnxFile(values.backbone)) return undefined;
  const { name, fixedSide } = await chooseBackbone(values);
  return fixedSide === undefined ? undefined : { by: `the images that ${name} takes`, fixed: { crop: fixedSide }, defaults: {} };
}

/**
 * Defaults that suit training with opinions: fifteen passes over the images in batches of twelve, as AGM's authors do, and few crops that
 * show how the model orders distortions.
 */
async function optionsOfOpinions(
  first: TrainOptions,
  { training }: OpinionSet,
  implied: ImpliedOptions | undefined,
): Promise<ImpliedOptions> {
  const backbone = await chooseBackbone(first);
  // the attention of a pool alone is too little to train
  const isTransformer = !backbone.batchNormalization && hasAttention(backbone);
  const batchSize = Math.min(12, training.length);
  const rates = isTransformer ? { tune: 'lora', lr: 1e-4, lrHead: 1 } : { lr: 1e-5, lrHead: 10 };
  const steps = Math.ceil((15 * training.length) / batchSize);
  return {
    by: implied?.by ?? 'training with opinions',
    fixed: { ...implied?.fixed, head: 'mlp' },
    defaults: { ...implied?.defaults, ...rates, steps, batchSize, accumulate: 1, levels: 3, heldOut: 2 },
  };
}

/**
 * @param takeOver true when the lock of a process on another machine does not count
 * @throws UserError when there is no such run, or it was started with other options.
 */
export async function resumedRun(name: string, given: GivenOptions, takeOver = false): Promise<TrainingRun> {
  const run = await openRun(runsFolder, name, takeOver);
  try {
    const saved = optionsOfRun(run);
    const canMove = existsSync(run.folder.images);
    const resolved = resumeOptions(
      trainOptions,
      saved,
      given,
      (key, wanted, stored) => isOtherSplit(key, wanted, stored) || isOtherPlace(key, wanted, canMove),
    );
    await checkOptions(resolved.values);
    const checkpoint = await findLastCheckpoint(run.folder, runIdentity(run.config));
    const opened = resolved.values.opinion === noOpinions ? undefined : await openOpinions(resolved.values);
    const spec = { options: resolved.values, run: run.folder, checkpoint, opinions: opened?.set };
    const places = Object.fromEntries(placeOptions.map((key) => [key, resolved.values[key]]));
    const hasMoved = placeOptions.some((key) => resolved.values[key] !== saved.values[key]);
    return {
      resolved,
      spec,
      opinions: opened?.table,
      async open() {
        // where the photographs were found, for the next time
        if (hasMoved) await replaceConfig(run.folder, { ...Object(run.config), ...places });
        return run.folder;
      },
      close: () => run.close(),
    };
  } catch (error) {
    await run.close();
    throw error;
  }
}
