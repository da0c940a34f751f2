/** One training run in its folder: load or initialise the state, run the loop, leave checkpoints, metrics and previews. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cropCount } from '../losses/levels.js';
import { type Batch, batches } from '../pairs/batches.js';
import { contactSheet } from '../pairs/contact-sheet.js';
import { describeComposition } from '../pairs/describe-composition.js';
import { writeFileAtomically } from '../support/atomic-file.js';
import { UserError } from '../support/errors.js';
import { type Checkpoint, loadCheckpoint } from './checkpoint.js';
import type { Engine } from './engines/engine.js';
import { type Evaluation, evaluateOrdering } from './evaluation.js';
import { bestOf, type LoopResult, type StepReport, trainLoop } from './loop.js';
import { MetricsLog } from './metrics-log.js';
import { createEngine, createPool, dataFingerprint, heldOutPairs, type Plan } from './plan.js';
import type { RunFolder } from './run-directory.js';
import { encodeSafetensors } from './safetensors.js';
import type { Schedule } from './schedule.js';

/** What happens, for whoever watches. */
export interface TrainingEvents {
  onStart(firstStep: number): void;
  onStep(report: StepReport): void;
  onEvaluation(step: number, evaluation: Evaluation): void;
  /** An image cannot be used. */
  onSkip(image: string, reason: string): void;
}

/**
 * Trains a plan to its end, or to the end of the step in which `stop` is aborted, from the run's last checkpoint where it has one.
 * @throws UserError when the training diverges, the data fail or files cannot be written; the last good checkpoint stays.
 */
export async function train(plan: Plan, folder: RunFolder, stop: AbortSignal, events: TrainingEvents): Promise<LoopResult> {
  const { options, split } = plan;
  const checkpoint = await lastCheckpoint(folder);
  const firstStep = checkpoint?.step ?? 0;
  const pool = createPool(plan);
  let engine: Engine | undefined;
  try {
    engine = await createEngine(plan);
    if (checkpoint) await restore(engine, plan, checkpoint, folder.lastCheckpoint);
    const heldOut = await heldOutPairs(plan, pool);
    const metrics = await MetricsLog.open(folder.metrics, firstStep);
    try {
      events.onStart(firstStep);
      const feed = batches(pool, {
        images: split.training,
        batchSize: options.batchSize,
        levels: options.levels,
        crop: options.crop,
        maxDistortions: options.maxDistortions,
        seed: options.seed,
        firstStep: firstStep * options.accumulate,
        onSkip: (image, reason) => events.onSkip(image.id, reason),
      });
      return await trainLoop({
        ...events,
        engine,
        batches: firstStep === 0 ? withPreview(feed, options.levels, folder) : feed,
        schedule: scheduleOf(plan),
        accumulate: options.accumulate,
        cropsPerStep: cropCount({ photographs: options.batchSize, levels: options.levels }) * options.accumulate,
        evaluateEvery: options.evaluateEvery,
        evaluate: () => evaluateOrdering(engine!, heldOut, options.crop),
        run: folder,
        metadata: { data: dataFingerprint(plan) },
        metrics,
        firstStep,
        best: checkpoint && bestOf(checkpoint),
        stop,
        onDiverged: (step, used) => saveDiverged(folder, step, used),
      });
    } finally {
      await metrics.close();
    }
  } finally {
    await engine?.close();
    await pool.close();
  }
}

export function scheduleOf({ options }: Plan): Schedule {
  const { lr, lrFloor, warmupSteps, steps } = options;
  return { peak: lr, floor: lr * lrFloor, warmupSteps, steps };
}

async function lastCheckpoint(folder: RunFolder): Promise<Checkpoint | undefined> {
  return existsSync(folder.lastCheckpoint) ? loadCheckpoint(folder.lastCheckpoint) : undefined;
}

/** @throws UserError when the checkpoint does not hold exactly the tensors of this model, or was trained on other images. */
export async function restore(engine: Engine, plan: Plan, { tensors, metadata }: Checkpoint, path: string): Promise<void> {
  if (metadata.data !== dataFingerprint(plan)) {
    throw new UserError(
      `The images of ${plan.dataset.name} are not those that the run was started with: some were added, removed or renamed. ` +
        'Restore them, or start a new run.',
    );
  }
  const own = await engine.readState();
  for (const [name, { shape }] of Object.entries(own)) {
    const stored = tensors.get(name);
    if (!stored) throw new UserError(`${path} does not fit this model: the tensor ${name} is missing`);
    if (String(stored.shape) !== String(shape)) {
      throw new UserError(`${path} does not fit this model: ${name} has the shape [${stored.shape}], expected [${shape}]`);
    }
  }
  const unknown = [...tensors.keys()].find((name) => !own[name]);
  if (unknown !== undefined) throw new UserError(`${path} does not fit this model: it has an unknown tensor ${unknown}`);
  await engine.writeState(Object.fromEntries(tensors));
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
  await writeFileAtomically(join(folder.previews, 'step-1.png'), await contactSheet('The photographs of the first step', rows));
  yield first.value;
  yield* feed;
}

/** Keeps the batch that made the training diverge. */
async function saveDiverged(folder: RunFolder, step: number, used: readonly Batch[]): Promise<Error> {
  const path = join(folder.path, `diverged-step-${step}.safetensors`);
  const tensors = used.map(({ pixels }, part) => [`crops.${part}`, { dataType: 'uint8', shape: [pixels.length], data: pixels }] as const);
  const metadata = Object.fromEntries(used.map(({ records }, part) => [`records.${part}`, JSON.stringify(records)]));
  await writeFileAtomically(path, encodeSafetensors({ tensors: new Map(tensors), metadata }));
  return new UserError(
    `The training diverged at step ${step}: a loss or gradient is not a finite number. Its batch is saved in ${path}. ` +
      'Try a lower --lr; the last checkpoint is intact.',
  );
}
