/** One training run in its folder: run the loop, leave checkpoints, metrics and previews. */
import { join } from 'node:path';
import { cropCount } from '../losses/levels.js';
import { type Batch, batches } from '../pairs/batches.js';
import { describeComposition } from '../pairs/describe-composition.js';
import { contactSheet } from '../pairs/sheets/contact-sheet.js';
import { MetricsLog } from '../runs/metrics-log.js';
import type { RunFolder } from '../runs/run-directory.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';
import { encodeSafetensors } from '../tensors/safetensors.js';
import { DivergedError } from './diverged-error.js';
import { type Evaluation, evaluateOrdering, measureHeldOut } from './evaluation.js';
import { bestOf, type DivergenceReport, type LoopResult, type StepReport, trainLoop } from './loop.js';
import type { Schedule } from './schedule.js';
import type { TrainingSession } from './training-session.js';
import type { TrainingSetup } from './training-setup.js';

/** What happens, for whoever watches. */
export interface TrainingEvents {
  onStart(firstStep: number): void;
  onStep(report: StepReport): void;
  /** So many held-out pairs of all are measured. */
  onMeasure?(step: number, done: number, total: number): void;
  onEvaluation(step: number, evaluation: Evaluation): void;
  /** An image cannot be used. */
  onSkip(image: string, reason: string): void;
}

/**
 * Trains to the last step, or to the end of the step in which `stop` is aborted.
 * @throws UserError when the training diverges, the data fail or files cannot be written; the last good checkpoint stays.
 */
export async function train(session: TrainingSession, folder: RunFolder, stop: AbortSignal, events: TrainingEvents): Promise<LoopResult> {
  const { setup, feed, engine, heldOut, checkpoint } = session;
  const { options } = setup;
  const firstStep = checkpoint?.step ?? 0;
  const metrics = await MetricsLog.open(folder.metrics, firstStep);
  try {
    events.onStart(firstStep);
    const source = feed.training((image, reason) => events.onSkip(image.id, reason));
    const made = batches(source, { batchSize: options.batchSize, firstStep: firstStep * options.accumulate });
    return await trainLoop({
      ...events,
      engine,
      batches: firstStep === 0 ? withPreview(made, options.levels, folder) : made,
      schedule: scheduleOf(setup),
      accumulate: options.accumulate,
      cropsPerStep: cropCount({ photographs: options.batchSize, levels: options.levels }) * options.accumulate,
      evaluateEvery: options.evaluateEvery,
      async evaluate(step) {
        const onPair = (done: number, total: number): void => events.onMeasure?.(step, done, total);
        return evaluateOrdering(setup.model.head, heldOut, await measureHeldOut(engine, heldOut, options.crop, onPair));
      },
      run: folder,
      metadata: { data: setup.data.fingerprint, ...setup.model.head.metadata },
      metrics,
      firstStep,
      best: checkpoint && bestOf(checkpoint),
      stop,
      onDiverged: (report) => saveDiverged(folder, report, options.precision),
    });
  } finally {
    await metrics.close();
  }
}

export function scheduleOf({ options }: TrainingSetup): Schedule {
  const { lr, lrFloor, warmupSteps, steps } = options;
  return { peak: lr, floor: lr * lrFloor, warmupSteps, steps };
}

/** Passes batches on, and keeps a picture of the first one: what the model is trained on. */
async function* withPreview(feed: AsyncGenerator<Batch>, levels: number, folder: RunFolder): AsyncGenerator<Batch> {
  const first = await feed.next();
  if (first.done) return;
  const { records, pixels } = first.value;
  const size = pixels.length / records.length;
  const rows = records.map((record, index) => ({
    title: record.image,
    description: describeComposition(record.composition, levels),
    pair: { record, pixels: pixels.slice(index * size, (index + 1) * size) },
  }));
  const path = join(folder.previews, 'step-1.png');
  try {
    await writeFileAtomically(path, await contactSheet('The photographs of the first step', rows));
  } catch (error) {
    throw fileError('write the preview', path, error);
  }
  yield first.value;
  yield* feed;
}

/** Keeps the batch that made the training diverge. */
async function saveDiverged(
  folder: RunFolder,
  { step, batches: used, saved }: DivergenceReport,
  precision: TrainingSetup['options']['precision'],
): Promise<Error> {
  const path = join(folder.path, `diverged-step-${step}.safetensors`);
  const tensors = used.map(({ pixels }, part) => [`crops.${part}`, { dataType: 'uint8', shape: [pixels.length], data: pixels }] as const);
  const metadata = Object.fromEntries(used.map(({ records }, part) => [`records.${part}`, JSON.stringify(records)]));
  try {
    await writeFileAtomically(path, encodeSafetensors({ tensors: new Map(tensors), metadata }));
  } catch (error) {
    throw fileError('save the batch of a diverged step to', path, error);
  }
  return new DivergedError(
    `the training diverged at step ${step}: a loss, gradient or weight is not a finite number. Its batch is saved in ${path}. ` +
      `${saved === 0 ? 'There was no checkpoint yet' : `The checkpoint of step ${saved} is intact`}. Start a new run with a lower --lr` +
      (precision === 'mixed' ? ', or with --precision fp32, where more than 65504 is a number' : ''),
  );
}
