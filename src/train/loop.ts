/** The training loop: batches in, steps, evaluations, checkpoints. Read this file first. */

import { cropCount } from '../losses/levels.js';
import { batches } from '../pairs/batches.js';
import { type Checkpoint, saveCheckpoint } from '../runs/checkpoint.js';
import { MetricsLog } from '../runs/metrics-log.js';
import type { RunFolder } from '../runs/run-directory.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import { type DivergedBatch, saveDiverged } from './divergence.js';
import type { Losses } from './engines/engine.js';
import { bestMetric, type Evaluation, evaluateOrdering, measureHeldOut } from './evaluation.js';
import { withPreview } from './first-preview.js';
import { opinionBatches } from './opinion/opinion-batches.js';
import { withOpinionPreview } from './opinion/opinion-preview.js';
import { type OpinionSet, opinionsKey } from './opinion/opinion-set.js';
import { bestAgreement, type OpinionAgreement, validateOpinions } from './opinion/validation.js';
import { rankedCrops, rankedLayout } from './ranked-crops.js';
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

export interface BestCheckpoint {
  readonly step: number;
  /** See `bestMetric`, and with opinions `bestAgreement`. */
  readonly value: number;
}

export interface LoopResult {
  /** Steps done; fewer than planned after a stop. */
  readonly step: number;
  readonly best: BestCheckpoint | undefined;
  /** In mixed precision: steps without an update, since training began. */
  readonly skippedSteps?: number;
}

/**
 * Trains to the last step, or to the end of the step in which `stop` is aborted. Afterwards the last checkpoint on disk is that of the
 * returned step.
 * @throws UserError when the training diverges, the data fail or files cannot be written; the last good checkpoint stays.
 */
export async function trainLoop(session: TrainingSession, run: RunFolder, stop: AbortSignal, events: TrainingEvents): Promise<LoopResult> {
  const metrics = await MetricsLog.open(run.metrics, session.checkpoint?.step ?? 0);
  try {
    return await runSteps(session, run, metrics, stop, events);
  } finally {
    await metrics.close();
  }
}

async function runSteps(
  { setup, feed, engine, heldOut, checkpoint }: TrainingSession,
  run: RunFolder,
  metrics: MetricsLog,
  stop: AbortSignal,
  events: TrainingEvents,
): Promise<LoopResult> {
  const { options } = setup;
  const { accumulate, batchSize, levels, crop } = options;
  const { opinions } = setup;
  const criterion = opinions ? bestAgreement : bestMetric;
  const schedule = scheduleOf(options);
  const cropsPerStep = accumulate * (opinions ? batchSize : cropCount(rankedLayout(options)));
  const seen = opinions && { [opinionsKey]: opinions.name };
  const { origin } = setup.start;
  const stated = { ...(origin && { [originName]: JSON.stringify(origin) }), ...seen };
  const metadata = { data: setup.data.fingerprint, ...stated, ...setup.model.head.metadata };
  let done = checkpoint?.step ?? 0;
  let saved = done;
  let best = checkpoint && bestOf(checkpoint);
  let used: DivergedBatch[] = [];
  let skippedSteps: number | undefined;
  events.onStart(done);
  const firstStep = done * accumulate;
  const pairs = (): AsyncGenerator<TakenBatch> => {
    const made = batches(
      feed.training((image, reason) => events.onSkip(image.id, reason)),
      { batchSize, firstStep },
    );
    return done === 0 ? withPreview(made, levels, run) : made;
  };
  const rated = (set: OpinionSet): AsyncGenerator<TakenBatch> => {
    const made = opinionBatches(set, { seed: options.seed, crop, batchSize, firstStep });
    return done === 0 ? withOpinionPreview(made, crop, run) : made;
  };
  const taken = opinions ? rated(opinions) : pairs();

  const diverged = (step: number): Promise<Error> => saveDiverged(run, { step, batches: used, saved }, options.precision);
  const save = async (state: NamedTensors): Promise<void> => {
    await metrics.sync();
    await saveCheckpoint(run.lastCheckpoint, checkpointOf(state, done, best, metadata, criterion));
    saved = done;
  };
  /** The state to save: weights that are not numbers must not replace the last good checkpoint. */
  const readGoodState = async (): Promise<NamedTensors> => {
    const state = await engine.readState();
    if (!isFiniteState(state)) throw await diverged(done);
    return state;
  };
  const evaluate = async (step: number): Promise<LoopEvaluation> => {
    const onPart = (count: number, total: number): void => events.onMeasure?.(step, count, total);
    const ordering = evaluateOrdering(setup.model.head, heldOut, await measureHeldOut(engine, heldOut, crop, onPart));
    return opinions ? { ...ordering, ...(await validateOpinions(engine, opinions, crop, onPart)) } : ordering;
  };

  while (done < schedule.steps && !stop.aborted) {
    const step = done + 1;
    const rate = learningRate(step, schedule);
    const losses: Losses[] = [];
    const started = performance.now();
    let waited = 0;
    used = [];
    for (let part = 0; part < accumulate; part++) {
      const asked = performance.now();
      const { value: batch } = await taken.next();
      waited += performance.now() - asked;
      used.push(batch);
      const pixels = opinions ? batch.pixels : rankedCrops(batch.pixels, options);
      losses.push(await engine.accumulate(pixels, part, accumulate, batch.opinions));
    }
    const loss = meanLosses(losses);
    if (!Number.isFinite(loss.loss)) throw await diverged(step);
    const { gradientNorm, lossScale } = await engine.update({ step, learningRate: rate });
    if (!Number.isFinite(gradientNorm) && !lossScale?.isSkipped) throw await diverged(step);
    done = step;
    const elapsed = performance.now() - started;
    const imagesPerSecond = (cropsPerStep / elapsed) * 1000;
    const timings = { dataMilliseconds: round(waited), stepMilliseconds: round(elapsed), imagesPerSecond: round(imagesPerSecond) };
    const scaling = lossScale && { lossScale: lossScale.scale, skippedSteps: lossScale.skippedSteps };
    skippedSteps = lossScale?.skippedSteps;
    await metrics.append({ kind: 'step', step, ...loss, learningRate: rate, gradientNorm, ...scaling, timings });
    events.onStep({ step, ...loss, gradientNorm, imagesPerSecond });

    if (step % options.evaluateEvery === 0 || step === schedule.steps) {
      const state = await readGoodState();
      const evaluation = await evaluate(step);
      if (!Number.isFinite(evaluation.srcc)) throw await diverged(step);
      await metrics.append({ kind: 'evaluation', step, ...evaluation });
      const value = evaluation[criterion.name]!;
      if (best === undefined || value > best.value) {
        best = { step, value };
        await saveCheckpoint(run.bestCheckpoint, checkpointOf(state, done, best, metadata, criterion));
      }
      await save(state);
      events.onEvaluation(step, evaluation);
    }
  }
  if (saved !== done) await save(await readGoodState());
  return { step: done, best, ...(skippedSteps !== undefined && { skippedSteps }) };
}

function isFiniteState(state: NamedTensors): boolean {
  for (const { dataType, data } of Object.values(state)) {
    if (dataType !== 'float32' && dataType !== 'float64') continue;
    for (let index = 0; index < data.length; index++) if (!Number.isFinite(data[index])) return false;
  }
  return true;
}

/** A batch of either kind of training. */
type TakenBatch = DivergedBatch & { readonly opinions?: Float32Array<ArrayBuffer> };

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

/** The best checkpoint so far, as `checkpointOf` noted it. */
export function bestOf(checkpoint: Pick<Checkpoint, 'metadata'>): BestCheckpoint | undefined {
  const text = checkpoint.metadata.best;
  if (text === undefined) return undefined;
  const { step, value } = JSON.parse(text) as BestCheckpoint;
  return { step, value };
}

function meanLosses(parts: readonly Losses[]): Losses {
  const names = Object.keys(parts[0]!);
  const mean = names.map((name) => [name, parts.reduce((sum, part) => sum + part[name]!, 0) / parts.length]);
  return Object.fromEntries(mean) as Losses;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
