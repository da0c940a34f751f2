/** The stages of `antonym train`: a run is prepared, trained, measured and exported. */
import { describeLeftOut } from '../../datasets/left-out.js';
import { type ExportedModel, exportRun } from '../../export/export-run.js';
import { measureSession } from '../../export/measurement.js';
import { agree, shareText } from '../../peers/agree.js';
import { alone, describePeers, type Peers } from '../../peers/peers.js';
import { writeRunReport } from '../../report/run-report.js';
import { type RunFolder, requireFreeRun, runsFolder } from '../../runs/run-directory.js';
import { commandHint } from '../../support/command-hint.js';
import { freeMemory } from '../../support/free-memory.js';
import { jsonLine } from '../../support/json-line.js';
import type { GivenOptions } from '../../support/options/option-table.js';
import { type Progress, startProgress } from '../../support/progress.js';
import { trainLoop } from '../../train/loop.js';
import { describeMemory } from '../../train/memory.js';
import { Patience } from '../../train/patience.js';
import { setUpTogether } from '../../train/set-up-together.js';
import type { LoopEvaluation, LoopResult } from '../../train/training-events.js';
import { openTrainingSession, type TrainingSession } from '../../train/training-session.js';
import { nameOfData, type TrainingSetup } from '../../train/training-setup.js';
import { type StopSignals, stopSignals } from '../stop-signals.js';
import { watchWeights } from '../watch-weights.js';
import { dryRun } from './dry-run.js';
import { endNow } from './end-now.js';
import { testOpinions } from './test-opinions.js';
import { newRun, resumedRun, type TrainingRun } from './training-run.js';
import { summarizeTraining } from './training-summary.js';

/** The wishes of the command line, besides the options of training. */
export interface TrainRequest {
  /** The name of a new run; by default it follows from the backbone and the data. */
  readonly name: string | undefined;
  /** The name of a run that is resumed. */
  readonly resume: string | undefined;
  /** True when the lock of a process on another machine does not count. */
  readonly takeOver?: boolean;
  readonly isDry: boolean;
  readonly json: boolean;
  /** True where a larger command prints the result. */
  readonly isQuiet?: boolean;
}

/** The run that processes work on, once its name is known. */
export interface RunInProgress {
  name: string | undefined;
}

/**
 * @param known told the name of the run, where it is not known yet
 * @returns the exit code: 0, or 128 + signal after a stop.
 */
export async function trainAndExport(
  { name, resume, takeOver = false, isDry, json, isQuiet = false }: TrainRequest,
  options: GivenOptions,
  peers: Peers = alone,
  known: RunInProgress = { name },
): Promise<number> {
  const started = performance.now();
  // answered before a word of preparing; of several processes `newRun` tells all
  if (name !== undefined && peers.size === 1) await requireFreeRun(runsFolder, name);
  const progress = startProgress('Preparing');
  const opening = agree(peers, () =>
    resume === undefined ? newRun(name, options, (note) => progress.note(note), peers.cores) : resumedRun(resume, options, takeOver),
  );
  const run = await opening.catch((error) => {
    progress.stop();
    throw error;
  });
  try {
    if (peers.size > 1) progress.note(describePeers(peers));
    const ownWorkers = run.resolved.origins.workers === 'default';
    const setup = await setUpTogether(
      peers,
      { ...run.spec, ownWorkers },
      {
        onRead: (done, total) => progress.update(done, total, 'looking for near duplicates'),
        ...watchWeights(progress),
      },
    );
    const memory = await agree(peers, async () => describeMemory(setup, freeMemory()));
    if (isDry) {
      await dryRun(setup, run.resolved, memory, progress, json);
      return 0;
    }
    if (setup.opinions) for (const note of opinionNotes(setup)) progress.note(note);
    progress.note(memory);
    // before the run appears: once it can be seen, a signal stops it in good order
    const signals = stopSignals();
    try {
      const folder = await agree(peers, () => run.open(setup));
      known.name = await shareText(peers, folder.name);
      return await runStages(setup, run, folder, progress, signals, started, isQuiet ? 'none' : json ? 'json' : 'text');
    } finally {
      signals.ignore();
    }
  } finally {
    progress.stop();
    await run.close();
  }
}

/**
 * The stages of a training run, one after the other: a session, the loop, the measurement of its best checkpoint, the exported files.
 * @param started when the command started, for the time that it took
 * @returns the exit code.
 */
async function runStages(
  setup: TrainingSetup,
  run: TrainingRun,
  folder: RunFolder,
  preparing: Progress,
  signals: StopSignals,
  started: number,
  output: 'json' | 'text' | 'none',
): Promise<number> {
  const session = await openSession(setup, run, preparing, signals.stop);
  if (session === undefined) {
    preparing.stop();
    process.stderr.write(`Stopped while preparing; nothing is lost. ${howToResume(folder)}\n`);
    return signals.exitCode();
  }
  try {
    const result = await trainWithProgress(session, folder, signals);
    await setup.peers.close();
    if (result.left || result.step < setup.options.steps) {
      const left = { step: ', in the midst of the next', evaluation: ', before its evaluation', nothing: '' }[result.left ?? 'nothing'];
      process.stderr.write(
        `Stopped after step ${result.step} of ${setup.options.steps}${left}; everything is saved. ${howToResume(folder)}\n`,
      );
      if (result.left) await endNow(run, signals);
      return signals.exitCode();
    }
    const exported = await unlessStopped(signals.stop, exportWithProgress(session, folder));
    if (!exported) {
      // the next command there clears what is half made
      process.stderr.write(`Stopped before the model was exported; everything is saved. ${howToResume(folder)}\n`);
      await endNow(run, signals);
      return signals.exitCode();
    }
    const tested = run.opinions && setup.opinions && (await testOpinions(folder, run.opinions, setup.opinions));
    if (tested) await writeRunReport(folder);
    const seconds = (performance.now() - started) / 1000;
    const { description, model } = exported;
    const figures = {
      run: folder.name,
      folder: folder.path,
      ...result,
      seconds,
      model,
      evaluation: description.evaluation,
      ...(tested && { test: tested }),
      leftOut: setup.data.leftOut,
    };
    if (output === 'none') return signals.exitCode();
    process.stdout.write(
      output === 'json' ? jsonLine(figures) : await summarizeTraining(setup, folder, exported, seconds, { ...result, test: tested }),
    );
    return signals.exitCode();
  } finally {
    await session.close();
  }
}

/** @returns undefined after a stop, which does not wait for the work. */
async function unlessStopped<Result extends object>(stop: AbortSignal, work: Promise<Result>): Promise<Result | undefined> {
  return new Patience(stop, 0).for(work, () => true);
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
  for (const line of [...describeLeftOut(data.leftOut), ...data.remarks]) progress.note(line);
  if (data.unknownBefore.length > 0) {
    progress.note(`note: what ${data.unknownBefore.join(' and ')} was trained on is not recorded: held-out images may be among it`);
  }
  if (checkpoint === undefined) for (const line of await data.advice()) progress.note(line);
  try {
    const session = await openTrainingSession(setup, {
      checkpoint,
      // several processes stop together: after a step
      ...(setup.peers.size === 1 && { stop }),
      onPair: (done, total) => progress.update(done, total, 'held-out crops'),
      onSkip: (image, reason) => progress.note(`skipped ${image}: ${reason}`),
    });
    progress.succeed(`Prepared ${nameOfData(setup)}: ${data.summary}`);
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
  const advice =
    session.setup.peers.size > 1
      ? 'a launcher that does not wait for it leaves the step before, which is saved now'
      : 'once more to stop at once';
  const sayStopping = (): void => progress.note(`Stopping after this step, if it ends soon; ${advice}`);
  stop.addEventListener('abort', sayStopping);
  try {
    const result = await trainLoop(session, folder, stop, {
      onStart: (step) => progress.update(step, steps),
      onStep: ({ step, loss, imagesPerSecond }) =>
        progress.update(step, steps, `loss ${loss.toFixed(4)}, ${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`),
      onMeasure: (step, done, total) =>
        progress.update(step, steps, `evaluating ${done}/${total} ${session.setup.opinions ? 'images and' : 'held-out'} pairs`),
      onEvaluation: (step, evaluation) => progress.note(`step ${step}: ${describeEvaluation(evaluation)}`),
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
    const measured = await measureSession(session, folder.bestCheckpoint);
    const exported = await exportRun(measured, folder.exported, {
      heldOutFolder: folder.heldOut,
      degradations: session.setup.options.degradations === 'on',
      onDegradations: (done, total) => progress.update(done, total, 'photographs, to say what is wrong with others'),
      onNotice: (notice) => progress.note(notice),
    });
    await writeRunReport(folder);
    progress.succeed(`Exported ${folder.name}`);
    return exported;
  } finally {
    progress.stop();
  }
}

/** The notes that a person must read before training with opinions. */
function opinionNotes({ options, opinions }: TrainingSetup): string[] {
  const notes = [`This model sees opinions of ${opinions!.name}: it is not label-free, and says so in its name, its card and model.json`];
  if (options.weights === 'random')
    notes.push(
      `warning: ${options.backbone} starts from random weights: a few hundred opinions teach it little about new images. Choose a trained --backbone`,
    );
  if (opinions!.test.length === 0) notes.push('warning: no image is kept for the test: nothing will be known of new images');
  return notes;
}

function describeEvaluation({ srcc, ordered, opinionSrcc, opinionRmse }: LoopEvaluation): string {
  const order = `${(ordered * 100).toFixed(1)} % of held-out level pairs in order (SRCC ${srcc.toFixed(3)})`;
  if (opinionSrcc === undefined || opinionRmse === undefined) return order;
  return `SRCC ${opinionSrcc.toFixed(3)} with opinions of the validation images (RMSE ${opinionRmse.toFixed(3)} of their range); ${order}`;
}

function howToResume({ name }: RunFolder): string {
  return `Resume with: ${commandHint(`train --resume ${name}`)}`;
}
