/** Names of locks and unfinished files: they say which process owns them, so that a later one can tell what a dead process left. */
import { closeSync, openSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentProcess, judgeProcess, type ProcessIdentity } from '../process-identity.js';
import { hasKernelLocks, takeKernelLock } from './libc.js';
import { whenThereIsRoom } from './passing-failures.js';

/** Mark of owners that hold the kernel's lock of what they own for as long as they live. */
const held = 'flock';
/** Milliseconds within which an owner has taken the kernel's lock of what it made. */
const timeToLock = 2000;

let own: Promise<string> | undefined;

/** `<prefix>pid=7&host=box&...`: any host name becomes a file name, people can read it, and a name is never half-written. */
export async function ownName(prefix: string): Promise<string> {
  own ??= identityQuery();
  return `${prefix}${await own}`;
}

async function identityQuery(): Promise<string> {
  const { pid, ...rest } = await currentProcess();
  return String(new URLSearchParams({ pid: String(pid), ...rest, ...((await hasKernelLocks()) && { held }) }));
}

/** Takes the kernel's lock of a new file or folder that this process owns. @returns the descriptor that holds it, until it is closed. */
export async function holdForLife(path: string): Promise<number | undefined> {
  if (!(await hasKernelLocks())) return undefined;
  const descriptor = await whenThereIsRoom(async () => openSync(path, 'r'));
  await takeKernelLock(descriptor);
  return descriptor;
}

/** The owner that a name tells; undefined for a name that no process of this program gave. */
export function ownerOf(name: string, prefix: string): ProcessIdentity | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const { pid, host, held: _, ...rest } = Object.fromEntries(new URLSearchParams(name.slice(prefix.length)));
  return Number.isSafeInteger(Number(pid)) && Number(pid) > 0 && host !== undefined ? { pid: Number(pid), host, ...rest } : undefined;
}

/**
 * The state of the owner of a file or folder; `unknown` when it belongs to another machine, or to another container and there is no lock of the
 * kernel to ask.
 */
export async function judgeOwner(path: string, name: string, owner: ProcessIdentity): Promise<'alive' | 'dead' | 'unknown'> {
  const state = await judgeProcess(owner);
  // Containers of one machine share its kernel, and the kernel its locks.
  if (state !== 'unknown' || !name.endsWith(`&held=${held}`) || owner.boot !== (await currentProcess()).boot) return state;
  let descriptor: number | undefined;
  try {
    const age = Date.now() - statSync(path).ctimeMs;
    if (age < timeToLock) await sleep(timeToLock - Math.max(0, age));
    descriptor = openSync(path, 'r');
    const taken = await takeKernelLock(descriptor);
    return taken === undefined ? state : taken ? 'dead' : 'alive';
  } catch {
    return state;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
