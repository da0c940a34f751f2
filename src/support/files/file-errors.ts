/** System calls fail with codes; people need to know which file, why, and what to do. */
import { messageOf, systemCodeOf, UserError } from '../errors.js';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EAGAIN: 'the system is out of threads or memory. Try again with less running',
  EBUSY: 'it is in use by something else',
  EDQUOT: 'the disk quota is used up. Free some space and try again',
  EEXIST: 'something else of that name is there already',
  EFBIG: 'it would be larger than files may be here',
  EIO: 'the disk or network drive failed to read or write it',
  EISDIR: 'it is a directory, not a file',
  ELOOP: 'links lead in a circle',
  EMFILE: 'too many files are open (see ulimit -n)',
  ENAMETOOLONG: 'the name is longer than names may be here',
  ENFILE: 'too many files are open on this machine',
  ENOENT: 'it does not exist',
  ENOMEM: 'the machine is out of memory',
  ENOSPC: 'the disk is full. Free some space and try again',
  ENOTDIR: 'a part of its path is a file, not a directory',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ESTALE: 'the network drive lost it. Connect the drive again',
  ETIMEDOUT: 'the network drive does not answer',
};

/**
 * The error to throw when a system call on a file failed: `cannot write runs/a/config.json: the disk is full. ...`.
 * Anything that is not a failed system call is returned as it is.
 */
export function fileError(action: string, path: string, error: unknown): unknown {
  if (error instanceof UserError || systemCodeOf(error) === undefined) return error;
  return new UserError(`cannot ${action} ${path}: ${systemReason(error)}`, { cause: error });
}

/** Why a system call failed, in words where its code is a known one. */
export function systemReason(error: unknown): string {
  return reasons[systemCodeOf(error) ?? ''] ?? messageOf(error);
}
