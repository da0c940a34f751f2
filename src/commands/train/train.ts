/** `antonym train`: its options. What trains is loaded when they are known to be right, so that wrong ones are answered at once. */

import { availableParallelism } from 'node:os';
import { isLaunched, launchOf } from '../../peers/launcher.js';
import { UserError } from '../../support/errors.js';
import { switched, text, wholeNumber } from '../../support/options/option-kinds.js';
import {
  type GivenOptions,
  givenIn,
  nameGiven,
  type OptionTable,
  type OptionValues,
  refuseGiven,
  resolveOptions,
  withoutSavedForm,
} from '../../support/options/option-table.js';
import { dataOptions } from '../../train/options/data-options.js';
import { deviceOptions } from '../../train/options/device-options.js';
import { mlpOptions } from '../../train/options/mlp-options.js';
import { modelOptions, runPrefix } from '../../train/options/model-options.js';
import { noOpinions, opinionOptions } from '../../train/options/opinion-options.js';
import { optimisationOptions } from '../../train/options/optimisation-options.js';
import { trainOptions } from '../../train/options.js';
import { requireUseful } from '../../train/useless-options.js';
import type { Command } from '../command.js';
import { jsonOption } from '../shared-options.js';
import { sweepKind } from './sweep.js';

/** Options of the command itself; a run does not keep them. */
const runOptions = {
  run: {
    kind: text('the name of a run'),
    placeholder: 'NAME',
    description: 'name of the new run',
    withoutIt: 'backbone and data',
  },
  init: {
    kind: text('the name of a run'),
    placeholder: 'RUN',
    description: 'start from the weights of another run',
    details: 'Weights and prompts of that run take the place of --weights.',
  },
  resume: { kind: text('the name of a run'), placeholder: 'NAME', description: 'resume a run that was stopped' },
  dryRun: {
    kind: switched(),
    description: 'say what a run would do, and make none',
    details: 'Says how long it would take, from three steps, and how much memory.',
    default: false,
  },
  sweepLr: {
    kind: sweepKind,
    placeholder: 'FROM,TO,N',
    description: 'compare learning rates by short runs',
    details:
      'Train one short run (--steps) per learning rate and compare them on held-out crops; repeat the command to resume. ' +
      'The names of the runs begin with --run.',
  },
  splits: {
    kind: wholeNumber({ min: 2, max: 100 }),
    placeholder: 'K',
    description: 'with --opinion: train on K random splits',
    details:
      'Prints the mean and deviation of the agreement on their test parts. The names of the runs begin with --run; repeat the command to resume.',
  },
  json: jsonOption,
} satisfies OptionTable;

/** Options of several processes, and of jobs that are started again. */
const processOptions = {
  peerTimeout: {
    kind: wholeNumber({ min: 5, max: 86_400 }),
    placeholder: 'SECONDS',
    description: 'wait at most this long for a process',
    details: 'Under mpirun or srun: when a process does not answer for so long, all end. It must be longer than the slowest step.',
    default: 600,
  },
  takeOver: {
    kind: switched(),
    description: 'resume although another machine holds the run',
    details:
      'For a job that is started again elsewhere, after its machine died: whether the process there still runs cannot be seen from here.',
    default: false,
  },
} satisfies OptionTable;

/** Those that few need have groups of their own. */
const { output, mean, std, ...model } = modelOptions;
const { lrHead, marginConsistency, marginRank, lossAcross, ...optimisation } = optimisationOptions;
const { pairs, pairsSha256, ...data } = dataOptions;
const { tf32, graphCapture, providerOptions, ...device } = deviceOptions;

export const trainCommand: Command = {
  name: 'train',
  description:
    'Trains an image-quality model without labels and exports it as an ONNX file. By default it needs no photographs, weights or network. ' +
    'Ctrl-C saves. With --opinion it learns from ratings of yours.',
  groups: {
    Data: data,
    Model: model,
    Optimization: optimisation,
    Device: device,
    Opinions: opinionOptions,
    Shards: { pairs, pairsSha256 },
    Losses: { marginConsistency, marginRank, lossAcross },
    Heads: { ...mlpOptions, lrHead },
    'ONNX backbones': { output, mean, std },
    GPUs: { tf32, graphCapture, providerOptions },
    'Several processes': processOptions,
    Output: runOptions,
  },
  folded: ['Shards', 'Losses', 'Opinions', 'Heads', 'ONNX backbones', 'GPUs', 'Several processes'],
  run: runTraining,
};

/** @returns the exit code: 0, or 128 + signal after a stop. */
async function runTraining(given: GivenOptions): Promise<number> {
  const own = resolveOptions(runOptions, givenIn(runOptions, given)).values;
  const options = trainingOptions(givenIn(trainOptions, given), own);
  const { takeOver, peerTimeout } = resolveOptions(processOptions, givenIn(processOptions, given)).values;
  const { run, resume, dryRun, sweepLr, splits, json } = own;
  const launch = launchOf();
  if (takeOver && resume === undefined) throw new UserError('--take-over is for a run that is resumed: give --resume, too.');
  if (!isLaunched())
    refuseGiven(given, ['peerTimeout'], 'is for processes that mpirun or srun starts: nothing else would be waited for. Leave it out');
  // a run that is resumed has options of its own, too
  if (resume === undefined) requireUseful(resolveOptions(trainOptions, options, { cores: availableParallelism() }).values, options);
  if (launch && (sweepLr || splits !== undefined))
    throw new UserError(`${sweepLr ? '--sweep-lr' : '--splits'} trains in one process, but ${launch.by} has started ${launch.size}.`);
  if (splits !== undefined) return (await import('./train-splits.js')).trainSplits(splits, run!, options, json);
  if (sweepLr) return (await import('./sweep-learning-rates.js')).sweepLearningRates(sweepLr, run!, options, json);
  const request = { name: run, resume, takeOver, isDry: dryRun, json };
  if (launch) {
    return (await import('./train-together.js')).trainTogether(launch, peerTimeout, request, options);
  }
  return (await import('./train-and-export.js')).trainAndExport(request, options);
}

/** The options of training, `--init` among them. @throws UserError when flags contradict each other. */
function trainingOptions(given: GivenOptions, own: OptionValues<typeof runOptions>): GivenOptions {
  const { flags, file } = given;
  const { run, init, resume, dryRun, sweepLr, splits } = own;
  const isMeant = (key: string): boolean => nameGiven(key, withoutSavedForm(given)) !== undefined;
  const hasOpinions = (flags.opinion ?? file?.values.opinion ?? noOpinions) !== noOpinions;
  if (sweepLr && hasOpinions)
    throw new UserError('--sweep-lr compares runs without labels: leave it out, and compare --splits of two --lr with opinions.');
  if (splits !== undefined && (!hasOpinions || run === undefined || resume !== undefined || dryRun || sweepLr || isMeant('split')))
    throw new UserError(
      '--splits needs --opinion and --run, the beginning of the names of its runs, and goes without --split, --sweep-lr, --resume and --dry-run.',
    );
  if (run !== undefined && resume !== undefined)
    throw new UserError('--run names a new run and --resume an existing one: give only one of them.');
  if (init !== undefined && flags.weights !== undefined)
    throw new UserError('--init and --weights both say what to start from: give only one of them.');
  if (dryRun && resume !== undefined) throw new UserError('--dry-run says what a new run would do: leave it out to resume a run.');
  if (sweepLr && (dryRun || resume !== undefined || isMeant('lr') || run === undefined)) {
    throw new UserError('--sweep-lr needs --run, the beginning of the names of its runs, and goes without --lr, --resume and --dry-run.');
  }
  return { ...given, flags: { ...flags, ...(init !== undefined && { weights: `${runPrefix}${init}` }) } };
}
