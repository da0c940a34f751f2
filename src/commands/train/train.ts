/** `antonym train`: its options. What trains is loaded when they are known to be right, so that wrong ones are answered at once. */
import { availableParallelism } from 'node:os';
import { UserError } from '../../support/errors.js';
import { switched, text } from '../../support/options/option-kinds.js';
import { type GivenOptions, givenIn, type OptionTable, type OptionValues, resolveOptions } from '../../support/options/option-table.js';
import { dataOptions } from '../../train/options/data-options.js';
import { deviceOptions } from '../../train/options/device-options.js';
import { modelOptions, runPrefix } from '../../train/options/model-options.js';
import { optimisationOptions } from '../../train/options/optimisation-options.js';
import { trainOptions } from '../../train/options.js';
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
  json: jsonOption,
} satisfies OptionTable;

export const trainCommand: Command = {
  name: 'train',
  summary: 'train a model on pristine photographs and export it',
  description:
    'Trains an image-quality model without labels and exports it as an ONNX file. By default it needs no photographs, weights or network. ' +
    'Ctrl-C saves.',
  groups: { Data: dataOptions, Model: modelOptions, Optimisation: optimisationOptions, Device: deviceOptions, Output: runOptions },
  run: runTraining,
};

/** @returns the exit code: 0, or 128 + signal after a stop. */
async function runTraining(given: GivenOptions): Promise<number> {
  const own = resolveOptions(runOptions, givenIn(runOptions, given)).values;
  const options = trainingOptions(givenIn(trainOptions, given), own);
  const { run, resume, dryRun, sweepLr, json } = own;
  // a run that is resumed has options of its own, too
  if (resume === undefined) resolveOptions(trainOptions, options, { cores: availableParallelism() });
  if (sweepLr) return (await import('./sweep-learning-rates.js')).sweepLearningRates(sweepLr, run!, options, json);
  const { trainAndExport } = await import('./train-and-export.js');
  return trainAndExport({ name: run, resume, isDry: dryRun, json }, options);
}

/** The options of training, `--init` among them. @throws UserError when flags contradict each other. */
function trainingOptions({ flags, ...file }: GivenOptions, own: OptionValues<typeof runOptions>): GivenOptions {
  const { run, init, resume, dryRun, sweepLr } = own;
  if (run !== undefined && resume !== undefined)
    throw new UserError('--run names a new run and --resume an existing one: give only one of them.');
  if (init !== undefined && flags.weights !== undefined)
    throw new UserError('--init and --weights both say what to start from: give only one of them.');
  if (dryRun && resume !== undefined) throw new UserError('--dry-run says what a new run would do: leave it out to resume a run.');
  if (sweepLr && (dryRun || resume !== undefined || flags.lr !== undefined || run === undefined)) {
    throw new UserError('--sweep-lr needs --run, the beginning of the names of its runs, and goes without --lr, --resume and --dry-run.');
  }
  return { ...file, flags: { ...flags, ...(init !== undefined && { weights: `${runPrefix}${init}` }) } };
}
