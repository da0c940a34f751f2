/** `antonym train`: trains a model and exports it. */
import type { Command } from 'commander';
import { type ExportedModel, exportRun } from '../../export/export-run.js';
import { writeHeldOutScores } from '../../export/held-out-scores.js';
import { measureSession } from '../../export/measurement.js';
import { writeRunReport } from '../../report/run-report.js';
import type { RunFolder } from '../../runs/run-directory.js';
import { UserError } from '../../support/errors.js';
import { readOptionFile } from '../../support/options/option-file.js';
import { describeOptions, type GivenOptions } from '../../support/options/option-table.js';
import { type Progress, startProgress } from '../../support/progress.js';
import type { LoopResult } from '../../train/loop.js';
import { describeMemory } from '../../train/memory.js';
import { trainOptions } from '../../train/options.js';
import { runPrefix } from '../../train/starting-point.js';
import { train } from '../../train/train.js';
import { openTrainingSession, type TrainingSession } from '../../train/training-session.js';
import { setUpTraining, type TrainingSetup } from '../../train/training-setup.js';
import { optionParser } from '../option-parser.js';
import { type StopSignals, stopSignals } from '../stop-signals.js';
import { watchWeights } from '../watch-weights.js';
import { dryRun } from './dry-run.js';
import { type Sweep, sweepKind, sweepLearningRates } from './sweep-learning-rates.js';
import { newRun, resumedRun, type TrainingRun } from './training-run.js';
import { summarizeTraining } from './training-summary.js';

interface TrainFlags {
  readonly run?: string;
  readonly init?: string;
  readonly resume?: string;
  readonly config?: string;
  readonly dryRun?: true;
  readonly json?: true;
  readonly sweepLr?: Sweep;
  readonly [option: string]: string | true | Sweep | undefined;
}

export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .summary('train a model on pristine photographs and export it')
    .description(
      'Trains an image-quality model without labels and exports it as one ONNX file.\n' +
        'Without options it needs no photographs, no weights and no network. Ctrl-C saves; --resume goes on.',
    );
  for (const { flags, description } of describeOptions(trainOptions)) command.option(flags, description);
  command
    .option('--run <name>', 'name of the new run (default: the backbone, the data and the next free number)')
    .option('--init <run>', 'start from the weights and prompts of another run, instead of --weights')
    .option('--resume <name>', 'go on with a run that was stopped')
    .option('--config <file>', 'options from a JSON file such as {"levels": 5}; flags win over it')
    .option('--dry-run', 'say what would be done, how long it would take (from three steps) and how much memory, and make no run')
    .option(
      '--sweep-lr <from,to,count>',
      'train a short run (--steps) with each of so many learning rates, and compare them by held-out crops; again: goes on',
      optionParser('--sweep-lr', sweepKind),
    )
    .option('--json', 'print the result as one JSON object')
    .action(async (flags: TrainFlags) => {
      process.exitCode = await runTraining(flags);
    });
}

/** @returns the exit code: 0, or 128 + signal after a stop. */
async function runTraining(flags: TrainFlags): Promise<number> {
  const options = await givenOptions(flags);
  const json = flags.json === true;
  if (flags.sweepLr) return sweepLearningRates(flags.sweepLr, flags.run!, options, json);
  const started = performance.now();
  const run = flags.resume === undefined ? await newRun(flags.run, options) : await resumedRun(flags.resume, options);
  const progress = startProgress('Preparing');
  try {
    const setup = await setUpTraining(run.spec, {
      onRead: (done, total) => progress.update(done, total, 'looking for near duplicates'),
      ...watchWeights(progress),
    });
    if (flags.dryRun) {
      await dryRun(setup, run.resolved, progress, json);
      return 0;
    }
    progress.note(describeMemory(setup, process.availableMemory()));
    return await trainAndExport(setup, run, progress, started, json);
  } finally {
    progress.stop();
    await run.close();
  }
}

/** The options among the flags. @throws UserError when flags contradict each other. */
async function givenOptions({ run, init, resume, config, dryRun, sweepLr, json: _, ...given }: TrainFlags): Promise<GivenOptions> {
  if (run !== undefined && resume !== undefined)
    throw new UserError('--run names a new run and --resume an existing one: give only one of them');
  if (init !== undefined && given.weights !== undefined)
    throw new UserError('--init and --weights both say what to start from: give only one of them');
  if (dryRun && resume !== undefined) throw new UserError('--dry-run says what a new run would do: leave it out to go on with a run');
  if (sweepLr && (dryRun || resume !== undefined || given.lr !== undefined || run === undefined)) {
    throw new UserError('--sweep-lr needs --run, the beginning of the names of its runs, and goes without --lr, --resume and --dry-run');
  }
  return {
    flags: { ...(given as GivenOptions['flags']), ...(init !== undefined && { weights: `${runPrefix}${init}` }) },
    ...(config !== undefined && { file: await readOptionFile(config) }),
  };
}

/**
 * The stages of a training, one after the other: a session, the loop, the measurement of its best checkpoint, the exported files.
 * @param started when the command started, for the time that it took
 * @returns the exit code.
 */
async function trainAndExport(
  setup: TrainingSetup,
  run: TrainingRun,
  preparing: Progress,
  started: number,
  json: boolean,
): Promise<number> {
  const signals = stopSignals();
  try {
    const folder = await run.open(setup);
    const session = await openSession(setup, run, preparing, signals.stop);
    if (session === undefined) {
      preparing.stop();
      process.stderr.write(`Stopped while preparing; nothing is lost. ${howToResume(folder)}\n`);
      return signals.exitCode();
    }
    try {
      const result = await trainWithProgress(session, folder, signals);
      if (result.step < setup.options.steps) {
        process.stderr.write(`Stopped after step ${result.step} of ${setup.options.steps}; everything is saved. ${howToResume(folder)}\n`);
        return signals.exitCode();
      }
      const exported = await exportWithProgress(session, folder);
      const seconds = (performance.now() - started) / 1000;
      const { description, model } = exported;
      const figures = { run: folder.name, folder: folder.path, ...result, seconds, model, evaluation: description.evaluation };
      process.stdout.write(
        json ? `${JSON.stringify(figures)}\n` : await summarizeTraining(setup, folder, exported, seconds, result.skippedSteps),
      );
      return signals.exitCode();
    } finally {
      await session.close();
    }
  } finally {
    signals.ignore();
  }
}

/** @returns undefined after a stop. */
async function openSession(
  setup: TrainingSetup,
  { spec: { checkpoint } }: TrainingRun,
  progress: Progress,
  stop: AbortSignal,
): Promise<TrainingSession | undefined> {
  const { data } = setup;
  for (const { path, reason } of data.skipped) progress.note(`skipped ${path}: ${reason}`);
  if (checkpoint === undefined) for (const line of await data.advice()) progress.note(line);
  try {
    const session = await openTrainingSession(setup, {
      checkpoint,
      stop,
      onPair: (done, total) => progress.update(done, total, 'held-out crops'),
      onSkip: (image, reason) => progress.note(`skipped ${image}: ${reason}`),
    });
    progress.succeed(`Prepared ${data.dataset.name}: ${data.summary}`);
    if (session.engine.notice !== undefined) progress.note(session.engine.notice);
    return session;
  } catch (error) {
    if (stop.aborted && error === stop.reason) return undefined;
    throw error;
  }
}

async function trainWithProgress(session: TrainingSession, folder: RunFolder, { stop }: StopSignals): Promise<LoopResult> {
  const { steps } = session.setup.options;
  const progress = startProgress(`Training ${folder.name}`);
  const sayStopping = (): void => progress.note('Stopping after this step; once more to stop at once');
  stop.addEventListener('abort', sayStopping);
  try {
    const result = await train(session, folder, stop, {
      onStart: (step) => progress.update(step, steps),
      onStep: ({ step, loss, imagesPerSecond }) =>
        progress.update(step, steps, `loss ${loss.toFixed(4)}, ${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`),
      onMeasure: (step, done, total) => progress.update(step, steps, `evaluating ${done}/${total} held-out pairs`),
      onEvaluation: (step, { srcc, ordered }) =>
        progress.note(`step ${step}: ${(ordered * 100).toFixed(1)} % of held-out level pairs in order (SRCC ${srcc.toFixed(3)})`),
      onSkip: (image, reason) => progress.note(`skipped ${image}: ${reason}`),
    });
    if (result.step === steps) progress.succeed(`Trained ${folder.name}`);
    return result;
  } finally {
    stop.removeEventListener('abort', sayStopping);
    progress.stop();
  }
}

async function exportWithProgress(session: TrainingSession, folder: RunFolder): Promise<ExportedModel> {
  const progress = startProgress(`Exporting ${folder.name}`);
  try {
    const exported = await exportRun(await measureSession(session, folder.bestCheckpoint), folder.exported);
    await writeHeldOutScores(folder.heldOut, exported.heldOut);
    await writeRunReport(folder);
    progress.succeed(`Exported ${folder.name}`);
    return exported;
  } finally {
    progress.stop();
  }
}

function howToResume({ name }: RunFolder): string {
  return `Go on with: npm run train -- --resume ${name}`;
}
