/** The training loop: batches in, steps, evaluations, checkpoints. Read this file first. */

import { cropCount } from '../losses/levels.js';
import { agree } from '../peers/agree.js';
import { partsOf } from '../peers/peers.js';
import type { RunFolder } from '../runs/run-directory.js';
import { mean } from '../statistics/mean.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import { DivergedError, isFiniteState, saveDiverged } from './divergence.js';
import type { Losses } from './engines/engine.js';
import { evaluateOrdering } from './evaluation.js';
import { exchangeStep, type WholeStep } from './exchange-step.js';
import { measuredSize } from './graphs/model.js';
import { measureTogether } from './measure-together.js';
import { validateOpinions } from './opinion/validation.js';
import { Patience } from './patience.js';
import { rankedLayout } from './ranked-crops.js';
import { noRecord, openRunRecord, type RunRecord } from './run-record.js';
import { SavedProgress } from './saved-progress.js';
import { savingAtStop } from './saving-at-stop.js';
import { learningRate, scheduleOf } from './schedule.js';
import { stepBatches } from './step-batches.js';
import type { LoopEvaluation, LoopResult, TrainingEvents } from './training-events.js';
import type { TrainingSession } from './training-session.js';

/**
 * Milliseconds that a stop waits for a step or an evaluation under way. Programs are given five to ten seconds, and to save takes some of them.
 */
const longestWait = 2000;

/**
 * Trains to the last step, or to the end of the step in which `stop` is aborted. Afterwards the last checkpoint on disk is that of the
 * returned step. Where several processes train together, each runs this loop.
 *
 * A stop leaves a step in its middle when that does not end soon: the state before it is saved. An evaluation that is left is made when the
 * run is resumed. Several processes end the step together; process 0 saves the state before it at once.
 * @param run the folder to write into; undefined beside process 0, which writes
 * @param wait milliseconds for which a stop waits
 * @throws UserError when the training diverges, the data fail or files cannot be written; the last good checkpoint stays.
 */
export async function trainLoop(
  session: TrainingSession,
  run: RunFolder | undefined,
  stop: AbortSignal,
  events: TrainingEvents,
  wait = longestWait,
): Promise<LoopResult> {
  const record = run ? await openRunRecord(run, session.checkpoint?.step ?? 0) : noRecord;
  try {
    return await runSteps(session, run, record, stop, events, new Patience(stop, wait));
  } finally {
    await record.close();
  }
}

async function runSteps(
  session: TrainingSession,
  run: RunFolder | undefined,
  record: RunRecord,
  stop: AbortSignal,
  events: TrainingEvents,
  patience: Patience,
): Promise<LoopResult> {
  const { setup, engine, choosing } = session;
  const { options, model, opinions, peers } = setup;
  const { accumulate, batchSize, crop } = options;
  const parts = partsOf(peers, accumulate);
  const schedule = scheduleOf(options);
  const cropsPerStep = accumulate * (opinions ? batchSize : cropCount(rankedLayout(options)));
  const saved = new SavedProgress(record, session);
  let done = saved.step;
  let skippedSteps: number | undefined;
  let lastNorm = 0;
  let lastElapsed = Number.POSITIVE_INFINITY;
  let isAnyStopping = false;
  let isLeft = false;
  events.onStart(done);
  const batches = stepBatches(session, parts, done, run, (image, reason) => events.onSkip(image, reason));

  /** The error of a diverged step; when a process has it, the batches are saved. */
  const diverged = (step: number): Promise<Error> =>
    agree(peers, async () => {
      if (!run) return new DivergedError(`The training diverged at step ${step}.`);
      return saveDiverged(run, { step, batches: await batches.all(step), saved: saved.step }, options.precision);
    });
  /** The state to save: weights that are not numbers must not replace the last good checkpoint. */
  const readGoodState = async (): Promise<NamedTensors> => {
    const state = run ? await engine.readState() : {};
    const [bad] = await peers.total([isFiniteState(state) ? 0 : 1]);
    if (bad! > 0) throw await diverged(done);
    return state;
  };
  const resultSoFar = (): LoopResult => ({ step: done, best: saved.best, ...(skippedSteps !== undefined && { skippedSteps }) });
  const evaluate = async (step: number): Promise<LoopEvaluation> => {
    const onPart = (count: number, total: number): void => events.onMeasure?.(step, count, total);
    const measured = await measureTogether(peers, engine, choosing, { crop, size: measuredSize(model) }, onPart);
    const ordering = evaluateOrdering(model.head, choosing, measured);
    return opinions ? { ...ordering, ...(await validateOpinions(peers, engine, opinions, crop, onPart)) } : ordering;
  };
  /** @returns false when it is left after a stop */
  const evaluateAndSave = async (): Promise<boolean> => {
    const state = await readGoodState();
    const asItIs = (): Promise<void> => saved.saveLast(done, state, { isEvaluated: false });
    const evaluation = await patience.for(
      savingAtStop(stop, saves ? asItIs : undefined, () => evaluate(done)),
      () => peers.size === 1,
    );
    if (!evaluation) {
      await asItIs();
      return false;
    }
    if (!Number.isFinite(evaluation.srcc)) throw await diverged(done);
    await record.append({ kind: 'evaluation', step: done, ...evaluation });
    await saved.saveIfBest(done, state, evaluation);
    await saved.saveLast(done, state);
    events.onEvaluation(done, evaluation);
    if (peers.size > 1) isAnyStopping = (await peers.total([stop.aborted ? 1 : 0]))[0]! > 0;
    return true;
  };
  const computeLosses = async (): Promise<Losses[]> => {
    const losses: Losses[] = [];
    for await (const { pixels, rated } of batches.parts()) {
      if (isLeft) break;
      losses.push(await engine.accumulate(pixels, losses.length, accumulate, rated));
    }
    return losses;
  };
  const saves = run !== undefined && peers.size > 1;
  const isStopping = (): boolean => (peers.size === 1 ? stop.aborted : isAnyStopping);

  if (saved.isUnevaluated && !(await evaluateAndSave())) return { ...resultSoFar(), left: 'evaluation' };
  while (done < schedule.steps && !isStopping()) {
    const step = done + 1;
    const rate = learningRate(step, schedule);
    const started = performance.now();
    // what is saved already need not be kept, and a quick step is waited for
    const worthKeeping = engine.kept.isCopy ? patience.milliseconds : patience.milliseconds / 10;
    const keepsState = run !== undefined && saved.step !== done && lastElapsed > worthKeeping;
    if (keepsState) await engine.kept.keep();
    const saveKept = (): Promise<void> => saved.saveLast(done, engine.kept.read()!);
    const takeParts = async (): Promise<WholeStep> =>
      exchangeStep(peers, parts, { losses: await computeLosses(), isStopping: stop.aborted, gradientNorm: lastNorm });
    const whole = await patience.for(savingAtStop(stop, saves && keepsState ? saveKept : undefined, takeParts), () => {
      isLeft = peers.size === 1 && (saved.step === done || keepsState);
      return isLeft;
    });
    if (!whole) {
      if (saved.step !== done) await saveKept();
      return { ...resultSoFar(), left: 'step' };
    }
    isAnyStopping = whole.isStopping;
    const loss = meanLosses(whole.losses);
    if (!Number.isFinite(loss.loss)) throw await diverged(step);
    const { gradientNorm, lossScale } = await engine.update({ step, learningRate: rate });
    if (!Number.isFinite(gradientNorm) && !lossScale?.isSkipped) throw await diverged(step);
    lastNorm = Number.isFinite(gradientNorm) ? gradientNorm : 0;
    done = step;
    lastElapsed = performance.now() - started;
    const imagesPerSecond = (cropsPerStep / lastElapsed) * 1000;
    const timings = {
      dataMilliseconds: round(batches.waited),
      stepMilliseconds: round(lastElapsed),
      imagesPerSecond: round(imagesPerSecond),
    };
    const scaling = lossScale && { lossScale: lossScale.scale, skippedSteps: lossScale.skippedSteps };
    skippedSteps = lossScale?.skippedSteps;
    await record.append({ kind: 'step', step, ...loss, learningRate: rate, gradientNorm, ...scaling, timings });
    events.onStep({ step, ...loss, gradientNorm, imagesPerSecond });

    if ((step % options.evaluateEvery === 0 || step === schedule.steps) && !(await evaluateAndSave()))
      return { ...resultSoFar(), left: 'evaluation' };
  }
  if (saved.step !== done) await saved.saveLast(done, await readGoodState());
  return resultSoFar();
}

function meanLosses(parts: readonly Losses[]): Losses {
  const names = Object.keys(parts[0]!);
  const means = names.map((name) => [name, mean(parts.map((part) => part[name]!))]);
  return Object.fromEntries(means) as Losses;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
