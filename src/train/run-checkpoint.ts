/** Checkpoints of a run, which state the run that they belong to. */
import { dirname, join } from 'node:path';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from '../runs/checkpoint.js';
import { configName, readConfigAt } from '../runs/run-directory.js';
import { UserError } from '../support/errors.js';
import { runIdentity } from './run-identity.js';

/** The key of the run in a checkpoint's metadata. */
const runKey = 'run';

/** @param identity of the run @throws UserError when it cannot be written. */
export async function saveRunCheckpoint(path: string, identity: string, checkpoint: Checkpoint): Promise<void> {
  await saveCheckpoint(path, { ...checkpoint, metadata: { ...checkpoint.metadata, [runKey]: identity } });
}

/**
 * Reads a checkpoint in the folder `checkpoints` of a run. One of an earlier version, which states no run, is taken as it is.
 * @throws UserError when it is damaged, or of a run with other options.
 */
export async function loadRunCheckpoint(path: string): Promise<Checkpoint> {
  const checkpoint = await loadCheckpoint(path);
  const stated = checkpoint.metadata[runKey];
  const config = join(dirname(dirname(path)), configName);
  if (stated === undefined || stated === runIdentity(await readConfigAt(config))) return checkpoint;
  throw new UserError(
    `${path} is not a checkpoint of this run: it was made with other options than ${config} states. Restore the files of the run, or start a new one.`,
  );
}
