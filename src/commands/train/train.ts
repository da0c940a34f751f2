/** `antonym train`: trains a model and exports it. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { exportRun } from '../../export/export-run.js';
import { writeHeldOutScores } from '../../export/held-out-scores.js';
import { type MeasuredPlan, measureWeights, weightsOf } from '../../export/prepare-export.js';
import { writeRunReport } from '../../report/run-report.js';
import type { RunFolder } from '../../runs/run-directory.js';
import { UserError } from '../../support/errors.js';
import { readOptionFile } from '../../support/options/option-file.js';
import { describeOptions, type GivenOptions } from '../../support/options/option-table.js';
import { type Progress, startProgress } from '../../support/progress.js';
import { measureHeldOut } from '../../train/evaluation.js';
import { scoringTensors } from '../../train/graphs/state.js';
import { describeMemory, estimateMemory } from '../../train/memory.js';
import { trainOptions } from '../../train/options.js';
import { type Plan, preparePlan } from '../../train/plan.js';
import { type PreparedPlan, prepare } from '../../train/prepare.js';
import { rehearse } from '../../train/rehearse.js';
import { runPrefix } from '../../train/starting-point.js';
import { train } from '../../train/train.js';
import { optionParser } from '../option-parser.js';
import { type StopSignals, stopSignals } from '../stop-signals.js';
import { watchWeights } from '../watch-weights.js';
import { describeTrainingPlan, trainingPlanFigures } from './dry-run-text.js';
import { type Sweep, sweepKind, sweepLearningRates } from './sweep-learning-rates.js';
import { existingRun, newRun, type TrainingStart } from './training-start.js';
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
async function runTraining({ run: name, init, resume, config, dryRun, sweepLr, json, ...given }: TrainFlags): Promise<number> {
  if (name !== undefined && resume !== undefined)
    throw new UserError('--run names a new run and --resume an existing one: give only one of them');
  if (init !== undefined && given.weights !== undefined)
    throw new UserError('--init and --weights both say what to start from: give only one of them');
  if (dryRun && resume !== undefined) throw new UserError('--dry-run says what a new run would do: leave it out to go on with a run');
  const options: GivenOptions = {
    flags: { ...(given as GivenOptions['flags']), ...(init !== undefined && { weights: `${runPrefix}${init}` }) },
    ...(config !== undefined && { file: await readOptionFile(config) }),
  };
  if (sweepLr) {
    if (dryRun || resume !== undefined || given.lr !== undefined || name === undefined) {
      throw new UserError('--sweep-lr needs --run, the beginning of the names of its runs, and goes without --lr, --resume and --dry-run');
    }
    return sweepLearningRates(sweepLr, name, options, json === true);
  }
  const started = performance.now();
  const start = resume === undefined ? await newRun(name, options) : await existingRun(resume, options);
  const progress = startProgress('Preparing');
  try {
    const plan = await preparePlan(start.resolved.values, start, {
      onRead: (done, total) => progress.update(done, total, 'looking for near duplicates'),
      ...watchWeights(progress),
    });
    if (dryRun) {
      await rehearseTraining(plan, start.resolved, progress, json === true);
      return 0;
    }
    progress.note(describeMemory(plan, process.availableMemory()));
    const signals = stopSignals();
    try {
      const run = await start.open(plan);
      const prepared = await prepareUntilStopped(plan, run, signals.stop, progress);
      if (prepared === undefined) {
        progress.stop();
        process.stderr.write(`Stopped while preparing; nothing is lost. ${howToGoOn(run)}\n`);
        return signals.exitCode();
      }
      progress.succeed(`Prepared ${plan.data.dataset.name}: ${plan.data.summary}`);
      if (prepared.engine.notice !== undefined) progress.note(prepared.engine.notice);
      try {
        return await trainAndExport(prepared, run, signals, started, json === true);
      } finally {
        await prepared.close();
      }
    } finally {
      signals.ignore();
    }
  } finally {
    progress.stop();
    await start.close();
  }
}

async function rehearseTraining(plan: Plan, resolved: TrainingStart['resolved'], progress: Progress, json: boolean): Promise<void> {
  const available = process.availableMemory();
  // said before steps that may end the process
  if (estimateMemory(plan) > available) progress.note(describeMemory(plan, available));
  const rehearsal = await rehearse(plan, (done, total) => progress.update(done, total, 'trial steps'));
  progress.succeed(`Prepared ${plan.data.dataset.name}: ${plan.data.summary}`);
  const text = json
    ? `${JSON.stringify(trainingPlanFigures(plan, resolved, rehearsal, available))}\n`
    : describeTrainingPlan(plan, resolved, rehearsal, available);
  process.stdout.write(text);
}

/** @returns undefined after a stop. */
async function prepareUntilStopped(plan: Plan, run: RunFolder, stop: AbortSignal, progress: Progress): Promise<PreparedPlan | undefined> {
  for (const { path, reason } of plan.data.skipped) progress.note(`skipped ${path}: ${reason}`);
  if (!existsSync(run.lastCheckpoint)) for (const line of await plan.data.advice()) progress.note(line);
  try {
    return await prepare(plan, {
      checkpoint: existsSync(run.lastCheckpoint) ? run.lastCheckpoint : undefined,
      stop,
      onPair: (done, total) => progress.update(done, total, 'held-out crops'),
      onSkip: (image, reason) => progress.note(`skipped ${image}: ${reason}`),
    });
  } catch (error) {
    if (stop.aborted && error === stop.reason) return undefined;
    throw error;
  }
}

/** @param started when the command started, for the time that it took */
async function trainAndExport(
  prepared: PreparedPlan,
  run: RunFolder,
  signals: StopSignals,
  started: number,
  json: boolean,
): Promise<number> {
  const { steps } = prepared.plan.options;
  let progress = startProgress(`Training ${run.name}`);
  const sayStopping = (): void => progress.note('Stopping after this step; once more to stop at once');
  signals.stop.addEventListener('abort', sayStopping);
  try {
    const result = await train(prepared, run, signals.stop, {
      onStart: (step) => progress.update(step, steps),
      onStep: ({ step, loss, imagesPerSecond }) =>
        progress.update(step, steps, `loss ${loss.toFixed(4)}, ${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`),
      onMeasure: (step, done, total) => progress.update(step, steps, `evaluating ${done}/${total} held-out pairs`),
      onEvaluation: (step, { srcc, ordered }) =>
        progress.note(`step ${step}: ${(ordered * 100).toFixed(1)} % of held-out level pairs in order (SRCC ${srcc.toFixed(3)})`),
      onSkip: (image, reason) => progress.note(`skipped ${image}: ${reason}`),
    });
    if (result.step < steps) {
      progress.stop();
      process.stderr.write(`Stopped after step ${result.step} of ${steps}; everything is saved. ${howToGoOn(run)}\n`);
      return signals.exitCode();
    }
    signals.stop.removeEventListener('abort', sayStopping);
    progress.succeed(`Trained ${run.name}`);
    progress = startProgress(`Exporting ${run.name}`);
    const exported = await exportRun(await measureForExport(prepared, run.bestCheckpoint), run.exported);
    await writeHeldOutScores(run.heldOut, exported.heldOut);
    await writeRunReport(run);
    const seconds = (performance.now() - started) / 1000;
    progress.succeed(`Exported ${run.name}`);
    if (json) {
      const { evaluation } = exported.description;
      process.stdout.write(
        `${JSON.stringify({ run: run.name, folder: run.path, ...result, seconds, model: exported.model, evaluation })}\n`,
      );
    } else process.stdout.write(await summarizeTraining(prepared.plan, run, exported, seconds, result.skippedSteps));
    return signals.exitCode();
  } finally {
    signals.stop.removeEventListener('abort', sayStopping);
    progress.stop();
  }
}

/**
 * With the engine that trained where it has kernels of its own, which the proof then spans, and computes as precisely as parity asks
 * for. What training needs ends here: the export takes no memory beside it.
 */
async function measureForExport(prepared: PreparedPlan, checkpoint: string): Promise<MeasuredPlan> {
  const { plan, heldOut, engine } = prepared;
  const { engine: name, device, tf32, crop } = plan.options;
  if ((name === 'onnxruntime' && device === 'cpu') || tf32 === 'on') {
    await prepared.close();
    return measureWeights(plan, await weightsOf(plan, checkpoint), heldOut);
  }
  const { step, tensors } = await prepared.restore(checkpoint);
  const similarities = await measureHeldOut(engine, heldOut, crop);
  await prepared.close();
  return { plan, step, tensors: scoringTensors(tensors), heldOut, similarities, kernels: 'other' };
}

function howToGoOn({ name }: RunFolder): string {
  return `Go on with: npm run train -- --resume ${name}`;
}
