/** The training loop: batches in, steps, evaluations, checkpoints. Read this file first. */

import { cropCount } from '../losses/levels.js';
import { type Batch, batches, makeBatch } from '../pairs/batches.js';
import type { PairSequence } from '../pairs/pair-sequence.js';
import { agree } from '../peers/agree.js';
import { partsOf } from '../peers/peers.js';
import type { Checkpoint } from '../runs/checkpoint.js';
import type { RunFolder } from '../runs/run-directory.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import { type BestCheckpoint, bestOf } from './best-checkpoint.js';
import { type DivergedBatch, DivergedError, saveDiverged } from './divergence.js';
import type { Losses } from './engines/engine.js';
import { bestMetric, type Evaluation, evaluateOrdering } from './evaluation.js';
import { exchangeStep } from './exchange-step.js';
import { withPreview } from './first-preview.js';
import { measuredSize } from './graphs/model.js';
import { measureTogether } from './measure-together.js';
import { makeOpinionBatch, type OpinionBatch, opinionBatches } from './opinion/opinion-batches.js';
import { withOpinionPreview } from './opinion/opinion-preview.js';
import { type OpinionSet, opinionsKey } from './opinion/opinion-set.js';
import { ratedParts } from './opinion/rated-parts.js';
import { bestAgreement, type OpinionAgreement, validateOpinions } from './opinion/validation.js';
import { Patience } from './patience.js';
import { rankedCrops, rankedLayout } from './ranked-crops.js';
import { noRecord, openRunRecord, type RunRecord } from './run-record.js';
import { learningRate, scheduleOf } from './schedule.js';
import type { TrainingSession } from './training-session.js';
import { originName } from './weights-origin.js';

/** Events of a training run, for progress displays. */
export interface TrainingEvents {
  onStart(firstStep: number): void;
  onStep(report: StepReport): void;
  /** Number of held-out pairs (with opinions, of validation images) measured so far, and of all. */
  onMeasure?(step: number, done: number, total: number): void;
  onEvaluation(step: number, evaluation: LoopEvaluation): void;
  /** An image cannot be used. */
  onSkip(image: string, reason: string): void;
}

/** Order by severity; with opinions, agreement with those of the validation images too. */
export type LoopEvaluation = Evaluation & Partial<OpinionAgreement>;

export interface StepReport {
  /** Their sum. */
  readonly loss: number;
  readonly step: number;
  readonly gradientNorm: number;
  readonly imagesPerSecond: number;
}

export interface LoopResult {
  /** Steps done; fewer than planned after a stop. */
  readonly step: number;
  readonly best: BestCheckpoint | undefined;
  /** In mixed precision: steps without an update, since training began. */
  readonly skippedSteps?: number;
  /** What a stop left in its middle, since it takes too long to wait for: the engine is still at it. */
  readonly left?: 'step' | 'evaluation';
}

/**
 * Milliseconds that a stop waits for a step or an evaluation under way. Programs are given five to ten seconds, and to save takes some of them.
 */
const longestWait = 2000;

/** After a step of fewer milliseconds the next one is waited for: it keeps no state. */
const quickStep = longestWait / 10;

/**
 * Trains to the last step, or to the end of the step in which `stop` is aborted. Afterwards the last checkpoint on disk is that of the
 * returned step. Where several processes train together, each runs this loop.
 *
 * On the processor, a stop leaves a step in its middle when that does not end soon: the state before it is saved. An evaluation that is left
 * is made when the run is resumed.
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
  { setup, feed, engine, choosing, checkpoint }: TrainingSession,
  run: RunFolder | undefined,
  record: RunRecord,
  stop: AbortSignal,
  events: TrainingEvents,
  patience: Patience,
): Promise<LoopResult> {
  const { options, model, opinions, peers } = setup;
  const { accumulate, batchSize, levels, crop } = options;
  const parts = partsOf(peers, accumulate);
  const criterion = opinions ? bestAgreement : bestMetric;
  const schedule = scheduleOf(options);
  const cropsPerStep = accumulate * (opinions ? batchSize : cropCount(rankedLayout(options)));
  const seen = opinions && { [opinionsKey]: opinions.name };
  const { origin } = setup.start;
  const stated = { ...(origin && { [originName]: JSON.stringify(origin) }), ...seen };
  const metadata = { data: setup.data.fingerprint, ...stated, ...model.head.metadata };
  let done = checkpoint?.step ?? 0;
  let saved = done;
  let best = checkpoint && bestOf(checkpoint);
  let used: DivergedBatch[] = [];
  let skippedSteps: number | undefined;
  let lastNorm = 0;
  let isAnyStopping = false;
  events.onStart(done);
  const firstStep = done * accumulate;
  const sequence = opinions ? undefined : feed.training((image, reason) => events.onSkip(image.id, reason));
  const begin = run && done === 0 ? run : undefined;
  const pairsOf = (from: PairSequence): AsyncGenerator<Batch> => {
    const made = batches(from, { batchSize, firstStep, share: parts });
    return begin ? withPreview(made, levels, begin) : made;
  };
  const ratedOf = (set: OpinionSet): AsyncGenerator<OpinionBatch> => {
    const made = opinionBatches(set, { seed: options.seed, crop, batchSize, firstStep, share: parts });
    return begin ? withOpinionPreview(made, crop, begin) : made;
  };
  const pairs = sequence && pairsOf(sequence);
  const rated = opinions && ratedOf(opinions);

  /** The error of a diverged step; when a process has it, the batches are saved. */
  const diverged = (step: number): Promise<Error> =>
    agree(peers, async () => {
      if (!run) return new DivergedError(`The training diverged at step ${step}.`);
      // those of other processes are made again
      const again = (number: number): Promise<DivergedBatch> =>
        sequence ? makeBatch(sequence, batchSize, number) : makeOpinionBatch(opinions!, options, number);
      const make = async (part: number): Promise<DivergedBatch> => used[part - parts.first] ?? again((step - 1) * accumulate + part);
      const all = await Promise.all(Array.from({ length: accumulate }, (_, part) => make(part)));
      return saveDiverged(run, { step, batches: all, saved }, options.precision);
    });
  /** The state to save: weights that are not numbers must not replace the last good checkpoint. */
  const readGoodState = async (): Promise<NamedTensors> => {
    const state = run ? await engine.readState() : {};
    const [bad] = await peers.total([isFiniteState(state) ? 0 : 1]);
    if (bad! > 0) throw await diverged(done);
    return state;
  };
  const save = async (state: NamedTensors, further: Readonly<Record<string, string>> = {}): Promise<void> => {
    await record.saveLast(checkpointOf(state, done, best, { ...metadata, ...further }, criterion));
    saved = done;
  };
  const resultSoFar = (): LoopResult => ({ step: done, best, ...(skippedSteps !== undefined && { skippedSteps }) });
  const evaluate = async (step: number): Promise<LoopEvaluation> => {
    const onPart = (count: number, total: number): void => events.onMeasure?.(step, count, total);
    const measured = await measureTogether(peers, engine, choosing, { crop, size: measuredSize(model) }, onPart);
    const ordering = evaluateOrdering(model.head, choosing, measured);
    return opinions ? { ...ordering, ...(await validateOpinions(peers, engine, opinions, crop, onPart)) } : ordering;
  };
  const isStopping = (): boolean => (peers.size === 1 ? stop.aborted : isAnyStopping);
  let isLeft = false;
  let lastElapsed = Number.POSITIVE_INFINITY;
  /** @returns false when it is left after a stop */
  const evaluateAndSave = async (): Promise<boolean> => {
    const state = await readGoodState();
    const evaluation = await patience.for(evaluate(done), () => peers.size === 1);
    if (!evaluation) {
      await save(state, { [unevaluated]: 'true' });
      return false;
    }
    if (!Number.isFinite(evaluation.srcc)) throw await diverged(done);
    await record.append({ kind: 'evaluation', step: done, ...evaluation });
    const value = evaluation[criterion.name]!;
    if (best === undefined || value > best.value) {
      best = { step: done, value };
      await record.saveBest(checkpointOf(state, done, best, metadata, criterion));
    }
    await save(state);
    events.onEvaluation(done, evaluation);
    return true;
  };

  if (checkpoint?.metadata[unevaluated] && !(await evaluateAndSave())) return { ...resultSoFar(), left: 'evaluation' };
  while (done < schedule.steps && !isStopping()) {
    const step = done + 1;
    const rate = learningRate(step, schedule);
    const started = performance.now();
    let waited = 0;
    used = [];
    // what is saved already need not be kept
    const keepsState = saved !== done && lastElapsed > quickStep && engine.keepState !== undefined;
    if (keepsState) await engine.keepState!();
    const next = async <Batch extends DivergedBatch>(taken: AsyncGenerator<Batch>): Promise<Batch> => {
      const asked = performance.now();
      const { value: batch } = await taken.next();
      waited += performance.now() - asked;
      used.push(batch);
      return batch;
    };
    const computeLosses = async (): Promise<Losses[]> => {
      const losses: Losses[] = [];
      const own = rated && (await ratedParts(peers, engine, parts, () => next(rated)));
      for (let part = 0; part < parts.count && !isLeft; part++) {
        const batch = own ? own[part]! : { pixels: rankedCrops((await next(pairs!)).pixels, options), rated: undefined };
        losses.push(await engine.accumulate(batch.pixels, part, accumulate, batch.rated));
      }
      return losses;
    };
    const losses = await patience.for(computeLosses(), () => {
      isLeft = peers.size === 1 && (saved === done || keepsState);
      return isLeft;
    });
    if (!losses) {
      if (saved !== done) await save(engine.keptState!()!);
      return { ...resultSoFar(), left: 'step' };
    }
    const whole = await exchangeStep(peers, parts, { losses, isStopping: stop.aborted, gradientNorm: lastNorm });
    isAnyStopping = whole.isStopping;
    const loss = meanLosses(whole.losses);
    if (!Number.isFinite(loss.loss)) throw await diverged(step);
    const { gradientNorm, lossScale } = await engine.update({ step, learningRate: rate });
    if (!Number.isFinite(gradientNorm) && !lossScale?.isSkipped) throw await diverged(step);
    lastNorm = Number.isFinite(gradientNorm) ? gradientNorm : 0;
    done = step;
    lastElapsed = performance.now() - started;
    const imagesPerSecond = (cropsPerStep / lastElapsed) * 1000;
    const timings = { dataMilliseconds: round(waited), stepMilliseconds: round(lastElapsed), imagesPerSecond: round(imagesPerSecond) };
    const scaling = lossScale && { lossScale: lossScale.scale, skippedSteps: lossScale.skippedSteps };
    skippedSteps = lossScale?.skippedSteps;
    await record.append({ kind: 'step', step, ...loss, learningRate: rate, gradientNorm, ...scaling, timings });
    events.onStep({ step, ...loss, gradientNorm, imagesPerSecond });

    if ((step % options.evaluateEvery === 0 || step === schedule.steps) && !(await evaluateAndSave()))
      return { ...resultSoFar(), left: 'evaluation' };
  }
  if (saved !== done) await save(await readGoodState());
  return resultSoFar();
}

/** In the metadata of a checkpoint whose evaluation is still to be made. */
const unevaluated = 'unevaluated';

function isFiniteState(state: NamedTensors): boolean {
  for (const { dataType, data } of Object.values(state)) {
    if (dataType !== 'float32' && dataType !== 'float64') continue;
    for (let index = 0; index < data.length; index++) if (!Number.isFinite(data[index])) return false;
  }
  return true;
}

/** The best value travels with every checkpoint, so that a resumed run does not forget it. */
function checkpointOf(
  state: NamedTensors,
  step: number,
  best: BestCheckpoint | undefined,
  metadata: Readonly<Record<string, string>>,
  criterion: object,
): Checkpoint {
  return {
    step,
    tensors: new Map(Object.entries(state)),
    metadata: { ...metadata, ...(best && { best: JSON.stringify({ ...criterion, ...best }) }) },
  };
}

function meanLosses(parts: readonly Losses[]): Losses {
  const names = Object.keys(parts[0]!);
  const mean = names.map((name) => [name, parts.reduce((sum, part) => sum + part[name]!, 0) / parts.length]);
  return Object.fromEntries(mean) as Losses;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
