/** What training and exporting both need of a plan, made once: a feed of pairs, held-out pairs, and the engine. */

import { type Checkpoint, loadCheckpoint } from '../runs/checkpoint.js';
import { UserError } from '../support/errors.js';
import type { HeldOutPair, HeldOutWatch } from './data/held-out.js';
import type { PairFeed } from './data/training-data.js';
import type { Engine } from './engines/engine.js';
import { createEngine, type Plan } from './plan.js';

export interface PreparedPlan {
  readonly plan: Plan;
  readonly feed: PairFeed;
  readonly engine: Engine;
  readonly heldOut: readonly HeldOutPair[];
  /** What the engine was prepared with, without the tensors; undefined when its state is freshly initialised. */
  readonly checkpoint: Pick<Checkpoint, 'step' | 'metadata'> | undefined;
  /**
   * Replaces the engine's state by that of a checkpoint.
   * @throws UserError when the file is not an intact checkpoint of this model on these images.
   */
  restore(path: string): Promise<Checkpoint>;
  close(): Promise<void>;
}

export interface PrepareOptions extends HeldOutWatch {
  /** Path of the checkpoint to start from; without it, a freshly initialised state. */
  readonly checkpoint?: string | undefined;
  /** Aborted to give up. */
  readonly stop?: AbortSignal;
}

/**
 * Prepares a plan: seconds, most of them for the held-out pairs.
 * @throws UserError when the checkpoint does not fit or no held-out image can be used; the signal's reason after a stop.
 */
export async function prepare(plan: Plan, options: PrepareOptions): Promise<PreparedPlan> {
  const { checkpoint: path, stop } = options;
  // First what is quick and may fail.
  const checkpoint = path === undefined ? undefined : await loadCheckpointOf(plan, path);
  stop?.throwIfAborted();
  const feed = plan.data.open();
  const giveUp = (): void => void feed.close();
  stop?.addEventListener('abort', giveUp);
  const making = createEngine(plan);
  try {
    const [heldOut, engine] = await Promise.all([feed.heldOut(options), making]);
    if (checkpoint && path !== undefined) await writeInto(engine, checkpoint, path);
    stop?.throwIfAborted();
    return {
      plan,
      feed,
      engine,
      heldOut,
      checkpoint: checkpoint && { step: checkpoint.step, metadata: checkpoint.metadata },
      async restore(from) {
        const loaded = await loadCheckpointOf(plan, from);
        await writeInto(engine, loaded, from);
        return loaded;
      },
      async close() {
        await engine.close();
        await feed.close();
      },
    };
  } catch (error) {
    await feed.close();
    await making.then((engine) => engine.close()).catch(() => {});
    throw stop?.aborted ? stop.reason : error;
  } finally {
    stop?.removeEventListener('abort', giveUp);
  }
}

/** @throws UserError when the file is not an intact checkpoint, or of a run on other images. */
export async function loadCheckpointOf(plan: Plan, path: string): Promise<Checkpoint> {
  const checkpoint = await loadCheckpoint(path);
  if (checkpoint.metadata.data === plan.data.fingerprint) return checkpoint;
  throw new UserError(
    `the images of ${plan.data.dataset.name} are not those that the run was started with: some were added, removed or renamed. ` +
      'Restore them, or start a new run',
  );
}

/** @throws UserError when the checkpoint does not hold exactly the tensors of this model. */
async function writeInto(engine: Engine, { tensors }: Checkpoint, path: string): Promise<void> {
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
