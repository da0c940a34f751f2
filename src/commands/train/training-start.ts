/** Where a training starts: a new run, or one that exists already. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { Backbone } from '../../backbones/backbone.js';
import { isOnnxFile } from '../../backbones/onnx-backbone.js';
import { createRun, type OpenRun, openRun, type RunFolder, requireFreeRun, runsFolder } from '../../runs/run-directory.js';
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
import { checkTrainOptions, isOtherSplit, noPairs, type TrainOptions, trainOptions } from '../../train/options.js';
import type { Plan } from '../../train/plan.js';
import { optionsOfRun } from '../../train/stored-options.js';

/** A run to train: what is wrong with its options is known before anything is prepared. */
export interface TrainingStart {
  readonly resolved: ResolvedOptions<typeof trainOptions>;
  /** What there is of a run that goes on. */
  readonly run?: RunFolder;
  /** To go on from; undefined where there is none yet. */
  readonly checkpoint: string | undefined;
  /** The run's folder, for this process alone until `close`. */
  open(plan: Plan): Promise<RunFolder>;
  close(): Promise<void>;
}

/** @param name of the run; by default it follows from the backbone and the data */
export async function newRun(name: string | undefined, given: GivenOptions): Promise<TrainingStart> {
  if (name !== undefined) await requireFreeRun(runsFolder, name);
  const { values } = resolveOptions(trainOptions, given, { cores: availableParallelism() });
  const implied = values.pairs === noPairs ? await optionsOfBackbone(values) : await optionsOfPairs(values.pairs);
  const resolved = resolveOptions(trainOptions, { ...given, ...(implied && { implied }) }, { cores: availableParallelism() });
  await checkOptions(resolved.values);
  let run: OpenRun | undefined;
  return {
    resolved,
    checkpoint: undefined,
    async open({ options, model, data: { dataset, downscale } }) {
      const naming = name === undefined ? { prefix: runNamePrefix(options.backbone, dataset.name) } : { name };
      // What auto came to, so that the run goes on with it.
      const saved = savedForm({ ...resolved, values: { ...resolved.values, downscale } });
      run = await createRun(runsFolder, naming, saved, await describeEnvironment(), (folder) => copyBackbone(model.backbone, folder));
      return run.folder;
    },
    close: async () => run?.close(),
  };
}

async function checkOptions(options: TrainOptions): Promise<void> {
  checkTrainOptions(options);
  await checkDevice({ ...options, tf32: options.tf32 === 'on' }, { halfPrecision: options.precision === 'mixed' });
}

/** A file that takes images of one size only says how large crops are. */
async function optionsOfBackbone(values: TrainOptions): Promise<ImpliedOptions | undefined> {
  if (!isOnnxFile(values.backbone)) return undefined;
  const { name, fixedSide } = await chooseBackbone(values);
  return fixedSide === undefined ? undefined : { by: `the images that ${name} takes`, fixed: { crop: fixedSide }, defaults: {} };
}

async function copyBackbone({ files }: Backbone, run: RunFolder): Promise<void> {
  for (const name of files?.names ?? []) {
    const copy = join(run.backbone, name);
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(join(files!.folder, name), copy);
  }
}

/** @throws UserError when there is no such run, or it was started with other options. */
export async function existingRun(name: string, given: GivenOptions): Promise<TrainingStart> {
  const run = await openRun(runsFolder, name);
  try {
    const saved = optionsOfRun(run);
    const resolved = resumeOptions(trainOptions, saved, given, isOtherSplit);
    await checkOptions(resolved.values);
    const checkpoint = existsSync(run.folder.lastCheckpoint) ? run.folder.lastCheckpoint : undefined;
    return { resolved, run: run.folder, checkpoint, open: async () => run.folder, close: () => run.close() };
  } catch (error) {
    await run.close();
    throw error;
  }
}
