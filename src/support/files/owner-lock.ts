/**
 * One process per name, and the name is the lock. It survives `kill -9`: a dead owner holds nothing, and no one has to clean up.
 *
 * Every process that wants the lock first puts down a file or folder named after itself, and only then looks for those of others:
 * of two processes that want it at once, the later one to look sees what the earlier one put down, so at most one proceeds. No two
 * processes share a name, so removing what a dead owner left never removes that of a living one.
 */
import { randomInt } from 'node:crypto';
import { closeSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCodeOf, UserError } from '../errors.js';
import type { ProcessIdentity } from '../process-identity.js';
import { holdForLife, judgeOwner, ownerOf, ownName } from './owner-name.js';
import { patiently, whenThereIsRoom } from './passing-failures.js';
import { beginUnfinished } from './unfinished.js';

/** Two processes that yield to each other try again after different delays. */
const attempts = 4;

export interface LockKind {
  /** Locks of one folder with one prefix exclude each other. */
  readonly prefix: string;
  /** The kind of entry that is put down: a file, or a folder to work in. */
  readonly entry: 'file' | 'folder';
  /** Finishes or takes back the work of a dead owner, before what it put down is removed. */
  readonly recover?: (path: string) => Promise<void>;
  /** True when a process on another machine or in another container does not count: its state cannot be known. */
  readonly takeOver?: boolean;
  /** Advice besides removing what was put down, for errors. */
  readonly takeOverHint?: string;
}

export interface OwnerLock {
  /** The entry that was put down. */
  readonly path: string;
  /** Gives the lock back, and removes what was put down; the death of the process gives it back too. */
  release(): Promise<void>;
  /** The same lock in a folder that was renamed. */
  movedTo(folder: string): OwnerLock;
}

/**
 * Takes a lock in a folder that exists.
 * @param name begins errors: `The run runs/mine`.
 * @throws UserError when a living process holds it, or one on another machine, whose state cannot be known; the system's error when the folder
 * cannot be written: the caller knows the name that a person gave.
 */
export async function takeLock(folder: string, name: string, kind: LockKind): Promise<OwnerLock> {
  for (let attempt = 1; ; attempt++) {
    const own = await putDown(folder, name, kind);
    let refusal: UserError | undefined;
    try {
      refusal = await findRefusal(folder, name, own.file, kind);
    } catch (error) {
      await lockOf(folder, own).release();
      throw error;
    }
    if (refusal === undefined) return lockOf(folder, own);
    await lockOf(folder, own).release();
    if (attempt === attempts) throw refusal;
    await sleep(randomInt(10, 60));
  }
}

interface PutDown {
  readonly file: string;
  /** Holds the kernel's lock, until it is released. */
  descriptor: number | undefined;
}

function lockOf(folder: string, own: PutDown): OwnerLock {
  const path = join(folder, own.file);
  const begun = beginUnfinished(path);
  return {
    path,
    async release() {
      begun();
      // an entry that cannot be removed is of a dead owner soon, and the next process clears it.
      await rm(path, { recursive: true, force: true }).catch(() => {});
      if (own.descriptor !== undefined) closeSync(own.descriptor);
      own.descriptor = undefined;
    },
    movedTo(other) {
      begun();
      return lockOf(other, own);
    },
  };
}

async function putDown(folder: string, name: string, { prefix, entry }: LockKind): Promise<PutDown> {
  const file = await ownName(prefix);
  const path = join(folder, file);
  try {
    await whenThereIsRoom(() => (entry === 'folder' ? mkdir(path) : writeFile(path, '', { flag: 'wx' })));
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw new UserError(`${name} is already in use by this process.`);
    await rm(path, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
  try {
    return { file, descriptor: await holdForLife(path) };
  } catch (error) {
    await rm(path, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
}

/** The reason of a refusal, if another process holds the lock; clears what dead owners left. */
async function findRefusal(folder: string, name: string, own: string, kind: LockKind): Promise<UserError | undefined> {
  for (const file of await patiently(() => readdir(folder))) {
    if (file === own) continue;
    const owner = ownerOf(file, kind.prefix);
    if (owner === undefined) continue;
    const path = join(folder, file);
    const state = await judgeOwner(path, file, owner);
    const isGone = state === 'dead' || (state === 'unknown' && kind.takeOver === true);
    if (!isGone) return refusalBy(owner, state, name, path, kind);
    await kind.recover?.(path);
    await rm(path, { recursive: true, force: true });
  }
  return undefined;
}

function refusalBy(
  { pid, host }: ProcessIdentity,
  state: 'alive' | 'unknown',
  name: string,
  path: string,
  { entry, takeOverHint = '' }: LockKind,
): UserError {
  const user = `${name} is in use by process ${pid} on ${host}`;
  return new UserError(
    state === 'alive'
      ? `${user}. Wait for it or stop it.`
      : `${user}, another machine or container. If it no longer runs there, remove the ${entry} '${path}'${takeOverHint}.`,
  );
}
