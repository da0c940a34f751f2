/** System calls fail with codes; people need to know which file, why, and what to do. */
import { messageOf, systemCodeOf, UserError } from '../errors.js';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up. Free some space and try again',
  EEXIST: 'something else of that name is there already',
  EFBIG: 'it would be larger than files may be here',
  EISDIR: 'it is a directory, not a file',
  EMFILE: 'too many files are open',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full. Free some space and try again',
  ENOTDIR: 'a part of its path is a file, not a directory',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
};

/**
 * The error to throw when a system call on a file failed: `cannot write runs/a/config.json: the disk is full. ...`.
 * Anything that is not a failed system call is returned as it is.
 */
export function fileError(action: string, path: string, error: unknown): unknown {
  const code = systemCodeOf(error);
  if (error instanceof UserError || code === undefined) return error;
  return new UserError(`cannot ${action} ${path}: ${reasons[code] ?? messageOf(error)}`, { cause: error });
}
