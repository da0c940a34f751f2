/** `runs/<name>/`: one training run and everything about it. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { asSentence, systemCodeOf, UserError } from '../support/errors.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';
import { lockFolder } from '../support/files/folder-lock.js';
import { makeFolder } from '../support/files/make-folder.js';
import type { OwnerLock } from '../support/files/owner-lock.js';
import { readRegularText } from '../support/files/regular-file.js';
import { clearStagings, openStaging, type Staging } from '../support/files/staging.js';
import { syncTree } from '../support/files/sync.js';
import { suggestName } from '../support/nearest-name.js';
import { parseSealed, sealJson } from '../support/sealed-json.js';
import { checkRunName, numberedName } from './run-name.js';

/** The file of a run's options. */
export const configName = 'config.json';

/** The folder of all runs, in the working folder. */
export const runsFolder = 'runs';

/** Paths of everything in a run's folder. Writing is safe only with the lock: see `OpenRun`. */
export interface RunFolder {
  readonly name: string;
  readonly path: string;
  readonly config: string;
  readonly environment: string;
  readonly metrics: string;
  readonly previews: string;
  readonly report: string;
  /** The metrics for TensorBoard. */
  readonly tensorboard: string;
  /** The folder of the exported model's scores of held-out crops. */
  readonly heldOut: string;
  /** The folder with one folder for each benchmark that the model was measured on. */
  readonly evaluations: string;
  /** The folder with one folder for each set of images on which the model's sensitivity was measured. */
  readonly sensitivities: string;
  /** The folder with copies of the backbone's files, if it was read from files. */
  readonly backbone: string;
  /** The photographs that it trains on and holds out, by content. */
  readonly images: string;
  /** The checkpoint that the loop resumes from. */
  readonly lastCheckpoint: string;
  /** The checkpoint to export. */
  readonly bestCheckpoint: string;
  /** The folder of the exported model. */
  readonly exported: string;
  readonly model: string;
}

function runFolder(root: string, name: string): RunFolder {
  const path = join(root, name);
  return {
    name,
    path,
    config: join(path, configName),
    environment: join(path, 'environment.json'),
    metrics: join(path, 'metrics.jsonl'),
    previews: join(path, 'previews'),
    report: join(path, 'report.html'),
    tensorboard: join(path, 'tensorboard', 'events.out.tfevents.antonym'),
    heldOut: join(path, 'held-out'),
    evaluations: join(path, 'evaluation'),
    sensitivities: join(path, 'sensitivity'),
    backbone: join(path, 'backbone'),
    images: join(path, 'images.json'),
    lastCheckpoint: join(path, 'checkpoints', 'last.safetensors'),
    bestCheckpoint: join(path, 'checkpoints', 'best.safetensors'),
    exported: join(path, 'export'),
    model: join(path, 'export', 'model.onnx'),
  };
}

/** Runs that this process made. */
let made = 0;

/** A run; one of `createRun` and `openRun` this process alone may write to, until `close`. */
export interface OpenRun {
  readonly folder: RunFolder;
  /** The parsed `config.json`. */
  readonly config: unknown;
  close(): Promise<void>;
}

/** The name of a new run: one that must be free, or the beginning of one that is completed with the next free number. */
export type RunNaming = { readonly name: string } | { readonly prefix: string };

/**
 * Makes a new run: it appears whole, or not at all.
 * @param root the folder of all runs; made when missing.
 * @param fill writes what else the run needs from the beginning into the given folder.
 * @throws UserError when the name is taken or cannot be one, or the disk does not take the files.
 */
export async function createRun(
  root: string,
  naming: RunNaming,
  config: object,
  environment: object,
  fill?: (folder: RunFolder) => Promise<void>,
): Promise<OpenRun> {
  if ('name' in naming) checkRunName(naming.name);
  let staging: Staging | undefined;
  try {
    await makeFolder(root);
    staging = await openStaging(root, `new run of process ${process.pid}, thread ${threadId}, ${++made}`, `The folder ${root}`);
    const filling = runFolder(staging.content, 'run');
    await mkdir(filling.path);
    await writeJson(filling.environment, environment);
    await fill?.(filling);
    await writeJson(filling.config, config);
    await syncTree(filling.path);
    const lock = await lockFolder(filling.path, 'The run');
    const folder = await placeRun(filling.path, root, naming);
    return { folder, config, close: () => lock.movedTo(folder.path).release() };
  } catch (error) {
    throw fileError('create a run in', root, error);
  } finally {
    await staging?.discard();
  }
}

/**
 * For commands that work for long before they make a run: fails early.
 * @throws UserError when the name is taken or cannot be one.
 */
export async function requireFreeRun(root: string, name: string): Promise<void> {
  checkRunName(name);
  if ((await listRuns(root)).includes(name)) throw takenError(root, name);
}

/**
 * Opens a run to resume it, and removes files that a killed process left half-written.
 * @param takeOver true when the lock of a process on another machine, whose state cannot be known, does not count
 * @throws UserError when there is no such run, it is in use, or it was never completely created.
 */
export async function openRun(root: string, name: string, takeOver = false): Promise<OpenRun> {
  const folder = await findRun(root, name);
  let lock: OwnerLock;
  try {
    lock = await lockFolder(folder.path, `The run ${folder.path}`, { takeOver, takeOverHint: ', or resume with --take-over' });
  } catch (error) {
    throw fileError('write', folder.path, error);
  }
  try {
    const config = await readConfig(folder);
    // one killed right after it had made the run leaves what it was made in
    await clearStagings(root);
    await clearLeftovers(folder.path);
    return { folder, config, close: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * An existing run, to read from; what a killed process had begun to put in its place is completed.
 * @throws UserError with the nearest name when there is none.
 */
export async function findRun(root: string, name: string): Promise<RunFolder> {
  const names = await listRuns(root);
  if (names.includes(name)) {
    const folder = runFolder(root, name);
    await clearStagings(folder.path);
    return folder;
  }
  const hint = names.length === 0 ? ' There are no runs yet: make one with the train command.' : suggestName(name, names);
  throw new UserError(`There is no run "${name}" in ${root}.${hint}`);
}

/**
 * Opens a run to read from: others may write to it.
 * @throws UserError when there is no such run, or it was never completely created.
 */
export async function readRun(root: string, name: string): Promise<OpenRun> {
  const folder = await findRun(root, name);
  return { folder, config: await readConfig(folder), close: async () => {} };
}

/**
 * The configuration that a run was started with.
 * @throws UserError when the run was never completely created, or the file is damaged.
 */
export async function readConfig(folder: RunFolder): Promise<unknown> {
  return readConfigAt(folder.config);
}

/** The same by the path of the file. */
export async function readConfigAt(path: string): Promise<unknown> {
  try {
    return parseSealed(await readRegularText(path));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') {
      throw new UserError(
        `The run ${dirname(path)} has no config.json: it was stopped while it was created. Remove the folder and start again.`,
      );
    }
    if (error instanceof SyntaxError)
      throw new UserError(
        `${path} is damaged: ${asSentence(error.message)} The options of a run cannot change: restore the file, or start a new run.`,
      );
    throw fileError('read', path, error);
  }
}

/** Replaces the configuration of a run. @throws UserError when it cannot be written. */
export async function replaceConfig(folder: RunFolder, config: object): Promise<void> {
  try {
    await writeJson(folder.config, config);
  } catch (error) {
    throw fileError('write', folder.config, error);
  }
}

/** The names of all runs, sorted. */
async function listRuns(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw fileError('list the runs in', root, error);
  }
}

/** Moves a filled folder to the name of a run that is free. */
async function placeRun(filled: string, root: string, naming: RunNaming): Promise<RunFolder> {
  const taken = await readdir(root);
  for (;;) {
    const name = nameOf(naming, taken);
    // an empty folder of that name, too, belongs to somebody
    if (!taken.includes(name) && (await renamed(filled, join(root, name)))) return runFolder(root, name);
    if ('name' in naming) throw takenError(root, name);
    taken.push(name);
  }
}

function nameOf(naming: RunNaming, taken: readonly string[]): string {
  return 'name' in naming ? checkRunName(naming.name) : numberedName(naming.prefix, taken);
}

/** @returns false when the name is taken. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return false;
    throw error;
  }
}

function takenError(root: string, name: string): UserError {
  return new UserError(`The run "${name}" exists already in ${root}. Resume it with --resume ${name}, or choose another --run.`);
}

/** Removes what killed processes left unfinished anywhere in a run; what it was for is whole, or was never there. */
async function clearLeftovers(folder: string): Promise<void> {
  await clearStagings(folder);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !entry.name.startsWith('.')) await clearLeftovers(join(folder, entry.name));
  }
}

async function writeJson(path: string, value: object): Promise<void> {
  await writeFileAtomically(path, sealJson(value, 2));
}
