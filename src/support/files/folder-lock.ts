/** The lock of a folder that one process works in for long, such as that of a run. */
import { type LockKind, type OwnerLock, takeLock } from './owner-lock.js';

/**
 * Takes the lock of a folder that exists.
 * @param name begins errors: `The run runs/mine`.
 * @throws UserError when a living process holds it, or one on another machine, whose state cannot be known; the system's error when the folder
 * cannot be written.
 */
export function lockFolder(folder: string, name: string, options: Pick<LockKind, 'takeOver' | 'takeOverHint'> = {}): Promise<OwnerLock> {
  return takeLock(folder, name, { prefix: 'lock.', entry: 'file', ...options });
}
