/** A training run that is ready to start: an engine in its state, pairs being made, and the held-out pairs to measure it with. */
import { agree, shareText } from '../peers/agree.js';
import type { Peers } from '../peers/peers.js';
import { shareTensors } from '../peers/share-tensors.js';
import type { Checkpoint } from '../runs/checkpoint.js';
import { UserError } from '../support/errors.js';
import { partsOfHeldOut } from './data/choosing-images.js';
import type { HeldOutPair, HeldOutWatch } from './data/held-out.js';
import type { PairFeed } from './data/training-data.js';
import { createEngine } from './engines/create-engine.js';
import type { Engine } from './engines/engine.js';
import { gatherHeldOut } from './measure-together.js';
import { loadRunCheckpoint } from './run-checkpoint.js';
import type { TrainingSetup } from './training-setup.js';

export interface TrainingSession {
  readonly setup: TrainingSetup;
  readonly feed: PairFeed;
  readonly engine: Engine;
  /** The held-out pairs that choose the checkpoint. Where several processes train, those of others have no pixels. */
  readonly choosing: readonly HeldOutPair[];
  /** The checkpoint that the engine started from, without its tensors; undefined when its state is freshly initialized. */
  readonly checkpoint: Pick<Checkpoint, 'step' | 'metadata'> | undefined;
  /** The held-out pairs with all their pixels. @throws UserError when none can be used. */
  allHeldOut(): Promise<readonly HeldOutPair[]>;
  /**
   * Replaces the engine's state by that of a checkpoint.
   * @throws UserError when the file is not an intact checkpoint of this model on these images.
   */
  restore(path: string): Promise<Checkpoint>;
  close(): Promise<void>;
}

export interface SessionOptions extends HeldOutWatch {
  /** Path of the checkpoint to start from; without it, a freshly initialized state. */
  readonly checkpoint?: string | undefined;
  /** Aborted to give up. */
  readonly stop?: AbortSignal;
}

/**
 * Takes seconds, most of them for the held-out pairs.
 * @throws UserError when the checkpoint does not fit or no held-out image can be used; the signal's reason after a stop.
 */
export async function openTrainingSession(setup: TrainingSetup, options: SessionOptions): Promise<TrainingSession> {
  const { checkpoint: path, stop } = options;
  const { peers } = setup;
  // Quick steps that may fail come first.
  const stored = await agree(peers, async () => (path === undefined ? undefined : loadCheckpointOf(setup, path)));
  stop?.throwIfAborted();
  const feed = setup.data.open();
  const giveUp = (): void => void feed.close();
  stop?.addEventListener('abort', giveUp);
  const making = createEngine(setup);
  try {
    const [made, engine] = await agree(peers, async () => {
      const results = await Promise.all([feed.heldOut(options, peers), making]);
      if (stored && path !== undefined) await writeInto(results[1], stored, path);
      return results;
    });
    const heldOut = await gatherHeldOut(peers, made);
    const checkpoint = await startTogether(peers, engine, stored && { step: stored.step, metadata: stored.metadata });
    stop?.throwIfAborted();
    return {
      setup,
      feed,
      engine,
      choosing: partsOfHeldOut(heldOut, setup.data.choosingOf).choosing,
      checkpoint,
      allHeldOut: async () => (peers.size === 1 ? heldOut : feed.heldOut()),
      async restore(from) {
        const loaded = await loadCheckpointOf(setup, from);
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

/** Brings the engines of all processes into the state of process 0. @returns the checkpoint that it is of */
async function startTogether(peers: Peers, engine: Engine, own: TrainingSession['checkpoint']): Promise<TrainingSession['checkpoint']> {
  if (peers.size === 1) return own;
  const leads = peers.rank === 0;
  const state = await shareTensors(peers, leads ? await engine.readState() : undefined);
  await agree(peers, async () => (leads ? undefined : engine.writeState(state)));
  const { checkpoint } = JSON.parse(await shareText(peers, leads ? JSON.stringify({ checkpoint: own }) : undefined));
  return checkpoint as TrainingSession['checkpoint'];
}

/** @throws UserError when the file is not an intact checkpoint, or of a run on other images. */
export async function loadCheckpointOf(setup: TrainingSetup, path: string): Promise<Checkpoint> {
  const checkpoint = await loadRunCheckpoint(path);
  if (checkpoint.step > setup.options.steps) {
    throw new UserError(`${path} is of step ${checkpoint.step}, and the run has ${setup.options.steps}. Restore the files of the run.`);
  }
  if (checkpoint.metadata.data === setup.data.fingerprint) return checkpoint;
  if (setup.opinions)
    throw new UserError(
      `The rated images of ${setup.opinions.name}, or their opinions, are not those that the run was started with. Restore them, or start a new run.`,
    );
  throw new UserError(
    `The images of ${setup.data.dataset.name} are not those that the run was started with: some were added, removed or renamed. ` +
      'Restore them, or start a new run.',
  );
}

/** @throws UserError when the checkpoint does not hold exactly the tensors of this model. */
async function writeInto(engine: Engine, { tensors }: Checkpoint, path: string): Promise<void> {
  const own = await engine.readState();
  for (const [name, { shape }] of Object.entries(own)) {
    const stored = tensors.get(name);
    if (!stored) throw new UserError(`${path} does not fit this model: the tensor ${name} is missing.`);
    if (String(stored.shape) !== String(shape)) {
      throw new UserError(`${path} does not fit this model: ${name} has the shape [${stored.shape}], expected [${shape}].`);
    }
  }
  const unknown = [...tensors.keys()].find((name) => !own[name]);
  if (unknown !== undefined) throw new UserError(`${path} does not fit this model: it has an unknown tensor ${unknown}.`);
  await engine.writeState(Object.fromEntries(tensors));
}
