/** System calls fail with codes; people need to know which file, why, and what to do. */
import { messageOf, systemCodeOf, UserError } from '../errors.js';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EAGAIN: 'the system is out of threads or memory. Try again with less running',
  EBUSY: 'it is in use by something else',
  EDQUOT: 'the disk quota is used up. Free some space and try again',
  EEXIST: 'something else of that name is there already',
  EFBIG: 'it would exceed the largest file size allowed here',
  EIO: 'the disk or network drive failed to read or write it',
  EISDIR: 'it is a folder, not a file',
  ELOOP: 'links lead in a circle',
  EMFILE: 'too many files are open (see ulimit -n)',
  ENAMETOOLONG: 'the name is too long for this file system',
  ENFILE: 'too many files are open on this machine',
  ENOENT: 'it does not exist',
  ENOMEM: 'the machine is out of memory',
  ENOSPC: 'the disk is full. Free some space and try again',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ESTALE: 'the network drive lost it. Connect the drive again',
  ETIMEDOUT: 'the network drive does not answer',
};

/**
 * The error to throw when a system call on a file failed: `Cannot write runs/a/config.json: the disk is full. ...`.
 * Anything other than a failed system call is returned unchanged.
 */
export function fileError(action: string, path: string, error: unknown): unknown {
  if (error instanceof UserError || systemCodeOf(error) === undefined) return error;
  return new UserError(`Cannot ${action} ${path}: ${systemReason(error)}.`, { cause: error });
}

/** The reason of a failed system call, in words when its code is a known one. */
export function systemReason(error: unknown): string {
  return reasons[systemCodeOf(error) ?? ''] ?? messageOf(error);
}
