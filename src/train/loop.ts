/** The training loop. */
import type { Batch } from '../pairs/batches.js';
import { type Checkpoint, saveCheckpoint } from '../runs/checkpoint.js';
import type { MetricsLog } from '../runs/metrics-log.js';
import type { RunFolder } from '../runs/run-directory.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import type { Engine, Losses } from './engines/engine.js';
import { bestMetric, type Evaluation } from './evaluation.js';
import type { LossName } from './graphs/gradients-graph.js';
import { learningRate, type Schedule } from './schedule.js';

export interface LoopOptions {
  readonly engine: Engine;
  /** Batches from the first one that is not trained on yet; `accumulate` of them make a step. */
  readonly batches: AsyncIterator<Batch>;
  readonly schedule: Schedule;
  readonly accumulate: number;
  /** Crops in a step, for the figure of images per second. */
  readonly cropsPerStep: number;
  /** Every so many steps the held-out images are measured and a checkpoint is saved. */
  readonly evaluateEvery: number;
  readonly evaluate: (step: number) => Promise<Evaluation>;
  readonly run: Pick<RunFolder, 'lastCheckpoint' | 'bestCheckpoint'>;
  /** Noted in every checkpoint. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly metrics: MetricsLog;
  /** Steps that are done. */
  readonly firstStep: number;
  /** Of the checkpoint from which the loop goes on. */
  readonly best: BestCheckpoint | undefined;
  /** Aborted to stop after the step under way. */
  readonly stop: AbortSignal;
  readonly onStep: (report: StepReport) => void;
  readonly onEvaluation: (step: number, evaluation: Evaluation) => void;
  /** Called before the loop fails because a loss, gradient, weight or score is not a finite number. */
  readonly onDiverged: (report: DivergenceReport) => Promise<Error>;
}

export interface StepReport extends Losses {
  readonly step: number;
  readonly gradientNorm: number;
  readonly imagesPerSecond: number;
}

export interface DivergenceReport {
  readonly step: number;
  /** What the step was trained on. */
  readonly batches: readonly Batch[];
  /** The step of the last checkpoint; 0 when there is none. */
  readonly saved: number;
}

export interface BestCheckpoint {
  readonly step: number;
  /** See `bestMetric`. */
  readonly value: number;
}

export interface LoopResult {
  /** Steps that are done; fewer than planned after a stop. */
  readonly step: number;
  readonly best: BestCheckpoint | undefined;
  /** In mixed precision: steps without an update, since training began. */
  readonly skippedSteps?: number;
}

/**
 * Trains until the last step of the schedule or until `stop`. Afterwards the last checkpoint on disk is that of the returned step.
 * @throws what `onDiverged` returns when something is not finite; UserError when metrics or checkpoints cannot be saved.
 */
export async function trainLoop(options: LoopOptions): Promise<LoopResult> {
  const { engine, batches, schedule, accumulate, metrics, stop } = options;
  let { firstStep: done, best } = options;
  let saved = done;
  let used: Batch[] = [];
  let skippedSteps: number | undefined;

  const save = async (state: NamedTensors): Promise<void> => {
    await metrics.sync();
    await saveCheckpoint(options.run.lastCheckpoint, checkpointOf(state, done, best, options.metadata));
    saved = done;
  };
  /** The state to save: weights that are no numbers must not replace the last good checkpoint. */
  const readGoodState = async (): Promise<NamedTensors> => {
    const state = await engine.readState();
    if (!isFiniteState(state)) throw await options.onDiverged({ step: done, batches: used, saved });
    return state;
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
      const { value: batch } = await batches.next();
      waited += performance.now() - asked;
      used.push(batch);
      losses.push(await engine.accumulate(batch.pixels, part, accumulate));
    }
    const loss = meanLosses(losses);
    if (!Number.isFinite(loss.loss)) throw await options.onDiverged({ step, batches: used, saved });
    const { gradientNorm, lossScale } = await engine.update({ step, learningRate: rate });
    if (!Number.isFinite(gradientNorm) && !lossScale?.isSkipped) throw await options.onDiverged({ step, batches: used, saved });
    done = step;
    const elapsed = performance.now() - started;
    const imagesPerSecond = (options.cropsPerStep / elapsed) * 1000;
    const timings = { dataMilliseconds: round(waited), stepMilliseconds: round(elapsed), imagesPerSecond: round(imagesPerSecond) };
    const scaling = lossScale && { lossScale: lossScale.scale, skippedSteps: lossScale.skippedSteps };
    skippedSteps = lossScale?.skippedSteps;
    await metrics.append({ kind: 'step', step, ...loss, learningRate: rate, gradientNorm, ...scaling, timings });
    options.onStep({ step, ...loss, gradientNorm, imagesPerSecond });

    if (step % options.evaluateEvery === 0 || step === schedule.steps) {
      const state = await readGoodState();
      const evaluation = await options.evaluate(step);
      if (!Number.isFinite(evaluation.srcc)) throw await options.onDiverged({ step, batches: used, saved });
      await metrics.append({ kind: 'evaluation', step, ...evaluation });
      if (best === undefined || evaluation[bestMetric.name] > best.value) {
        best = { step, value: evaluation[bestMetric.name] };
        await saveCheckpoint(options.run.bestCheckpoint, checkpointOf(state, done, best, options.metadata));
      }
      await save(state);
      options.onEvaluation(step, evaluation);
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

/** The best value travels with every checkpoint, so that a resumed run does not forget it. */
function checkpointOf(
  state: NamedTensors,
  step: number,
  best: BestCheckpoint | undefined,
  metadata: Readonly<Record<string, string>>,
): Checkpoint {
  return {
    step,
    tensors: new Map(Object.entries(state)),
    metadata: { ...metadata, ...(best && { best: JSON.stringify({ ...bestMetric, ...best }) }) },
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
  const names = Object.keys(parts[0]!) as LossName[];
  const mean = names.map((name) => [name, parts.reduce((sum, part) => sum + part[name]!, 0) / parts.length]);
  return Object.fromEntries(mean) as Losses;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
