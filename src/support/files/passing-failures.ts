/** Failures that pass: the machine or a network drive is short of something at the moment, which says nothing about a file. */
import { setTimeout as wait } from 'node:timers/promises';
import { systemCodeOf, UserError } from '../errors.js';
import { systemReason } from './file-errors.js';

const passing = new Set(['EAGAIN', 'EBUSY', 'EINTR', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'ESTALE', 'ETIMEDOUT']);

/** The machine is short of something: nothing was begun, and even what writes may be tried again. */
const shortages = new Set(['EAGAIN', 'EINTR', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** Milliseconds before each new attempt: three seconds in all. */
export const pauses: readonly number[] = [50, 200, 800, 2000];

/** A failure that is not the file's fault, and did not pass: what was begun ends. */
export class PassingError extends UserError {
  override name = 'PassingError';
}

export function isPassing(error: unknown): boolean {
  return passing.has(systemCodeOf(error) ?? '');
}

/** Repeats a call while its failure is one that passes. @throws the call's last error. */
export async function patiently<T>(call: () => Promise<T>, passes: (error: unknown) => boolean = isPassing): Promise<T> {
  for (const pause of pauses) {
    try {
      return await call();
    } catch (error) {
      if (!passes(error)) throw error;
      await wait(pause);
    }
  }
  return call();
}

/** Repeats a call that writes, and that did not begin for want of files, memory or the like. A disk that fails is not tried again. */
export function whenThereIsRoom<T>(call: () => Promise<T>): Promise<T> {
  return patiently(call, (error) => shortages.has(systemCodeOf(error) ?? ''));
}

/**
 * A fact about a file, such as its status or hash; undefined when the file is at fault, missing for example.
 * @throws PassingError when the machine is.
 */
export async function ofFile<T>(path: string, call: (path: string) => Promise<T>): Promise<T | undefined> {
  try {
    return await patiently(() => call(path));
  } catch (error) {
    if (isPassing(error)) throw new PassingError(`Cannot read ${path}: ${systemReason(error)}.`, { cause: error });
    return undefined;
  }
}
