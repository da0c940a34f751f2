/** `runs/<name>/`: one training run and everything about it. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf, UserError } from '../support/errors.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';
import { lockFolder } from '../support/files/folder-lock.js';
import { suggestName } from '../support/nearest-name.js';
import { checkRunName, numberedName } from './run-name.js';

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
    config: join(path, 'config.json'),
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

/** A run that this process alone may write to, until `close`. */
export interface OpenRun {
  readonly folder: RunFolder;
  /** The parsed `config.json`. */
  readonly config: unknown;
  close(): Promise<void>;
}

/** The name of a new run: one that must be free, or the beginning of one that is completed with the next free number. */
export type RunNaming = { readonly name: string } | { readonly prefix: string };

/**
 * Makes a new run. `config.json` is written last, so that a run that has one is whole.
 * @param root the folder of all runs; made when missing.
 * @param fill writes what else the run needs from the beginning.
 * @throws UserError when the name is taken or cannot be one, or the disk does not take the files.
 */
export async function createRun(
  root: string,
  naming: RunNaming,
  config: unknown,
  environment: unknown,
  fill?: (folder: RunFolder) => Promise<void>,
): Promise<OpenRun> {
  const folder = await makeFolder(root, naming);
  let release: (() => Promise<void>) | undefined;
  try {
    release = await lockFolder(folder.path, `The run ${folder.path}`);
    await writeJson(folder.environment, environment);
    await fill?.(folder);
    await writeJson(folder.config, config);
    return { folder, config, close: release };
  } catch (error) {
    await rm(folder.path, { recursive: true, force: true });
    throw fileError('create the run', folder.path, error);
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
 * @throws UserError when there is no such run, it is in use, or it was never completely created.
 */
export async function openRun(root: string, name: string): Promise<OpenRun> {
  const folder = await findRun(root, name);
  const release = await lockFolder(folder.path, `The run ${folder.path}`);
  try {
    const config = await readConfig(folder);
    await removeLeftovers(folder);
    return { folder, config, close: release };
  } catch (error) {
    await release();
    throw error;
  }
}

/**
 * An existing run, to read from.
 * @throws UserError with the nearest name when there is none.
 */
export async function findRun(root: string, name: string): Promise<RunFolder> {
  const names = await listRuns(root);
  if (names.includes(name)) return runFolder(root, name);
  const hint = names.length === 0 ? ' There are no runs yet: make one with the train command.' : suggestName(name, names);
  throw new UserError(`There is no run "${name}" in ${root}.${hint}`);
}

/**
 * The configuration that a run was started with.
 * @throws UserError when the run was never completely created, or the file is damaged.
 */
export async function readConfig(folder: RunFolder): Promise<unknown> {
  try {
    return JSON.parse(await readFile(folder.config, 'utf8'));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') {
      throw new UserError(
        `The run ${folder.path} has no config.json: it was stopped while it was created. Remove the folder and start again.`,
      );
    }
    if (error instanceof SyntaxError) throw new UserError(`${folder.config} is damaged: ${error.message}.`);
    throw fileError('read', folder.config, error);
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

/** `mkdir` either makes the folder or finds the name taken: two processes never get the same one. */
async function makeFolder(root: string, naming: RunNaming): Promise<RunFolder> {
  try {
    await mkdir(root, { recursive: true });
    const taken = await readdir(root);
    for (;;) {
      const name = 'name' in naming ? checkRunName(naming.name) : numberedName(naming.prefix, taken);
      try {
        await mkdir(join(root, name));
        return runFolder(root, name);
      } catch (error) {
        if (systemCodeOf(error) !== 'EEXIST') throw error;
        if ('name' in naming) throw takenError(root, name);
        taken.push(name);
      }
    }
  } catch (error) {
    throw fileError('create a run in', root, error);
  }
}

function takenError(root: string, name: string): UserError {
  return new UserError(`The run "${name}" exists already in ${root}. Resume it with --resume ${name}, or choose another --run.`);
}

/** Temporary files of writes that were killed (see `atomic-file.ts`). Their targets are whole, or were never there. */
async function removeLeftovers(folder: RunFolder): Promise<void> {
  for (const entry of await readdir(folder.path, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && entry.name.endsWith('.tmp')) await rm(join(entry.parentPath, entry.name), { force: true });
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}
