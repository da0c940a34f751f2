/** Expands the files, folders and patterns of a command line to image files. */
import { stat } from 'node:fs/promises';
import { messageOf, systemCodeOf, UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { pathPattern, splitPattern } from '../support/path-pattern.js';
import type { FileReference } from './image-reference.js';
import { joinLeftOut, type LeftOut, nothingLeftOut } from './left-out.js';
import { type ListingOptions, listImageFiles } from './list-image-files.js';
import { isTar, listTarImages } from './tar-images.js';

export interface ExpandedPaths {
  /** In the given order; those of a folder or pattern in the order of their names. The id of one: its path below the folder, or as given. */
  readonly files: readonly FileReference[];
  readonly leftOut: LeftOut;
  /** Unusable paths with the reason; each message is one line. */
  readonly failed: readonly FailedPath[];
}

/** A path that gives no images. */
export interface FailedPath {
  readonly path: string;
  readonly error: Error;
  /** Number of files that the paths before it gave. */
  readonly place: number;
}

export interface ExpandOptions extends ListingOptions {
  /** The images of tar archives take their place: see `TarImage`. */
  readonly withArchives?: boolean;
}

/** Replaces folders by the images in them, and patterns not expanded by a shell by the matching files. */
export async function expandPaths(paths: readonly string[], options: ExpandOptions = {}): Promise<ExpandedPaths> {
  const files: FileReference[] = [];
  const failed: FailedPath[] = [];
  const leftOut: LeftOut[] = [];
  for (const path of paths) {
    try {
      if (path === '') throw new UserError('A path is empty, as a variable of the shell may be.', { code: 'ERR_ANTONYM_BAD_ARGUMENT' });
      const status = await stat(path).catch((error) => {
        if (systemCodeOf(error) === 'ENOENT' && splitPattern(path) !== undefined) return undefined;
        throw error;
      });
      if (status === undefined) for (const file of await filesOfPattern(path, options)) files.push(file);
      else if (options.withArchives && status.isFile() && isTar(path)) {
        const { paths: members, leftOut: others } = await listTarImages(path);
        leftOut.push({ ...nothingLeftOut, files: others });
        for (const member of members) files.push({ kind: 'file', id: member, path: member });
        if (members.length === 0) throw new UserError(`${path} has no supported images in it.`, { code: 'ERR_ANTONYM_NO_SUCH_FILE' });
      } else if (!status.isDirectory()) files.push({ kind: 'file', id: path, path });
      else {
        const listed = await listImageFiles(path, options);
        leftOut.push(listed.leftOut);
        for (const file of listed.files) files.push(file);
        if (listed.files.length === 0) throw new UserError(`${path} has no supported images in it.`, { code: 'ERR_ANTONYM_NO_SUCH_FILE' });
      }
    } catch (error) {
      const reason = urlError(path) ?? fileError('read', path, error);
      failed.push({ path, error: reason instanceof Error ? reason : new Error(messageOf(reason)), place: files.length });
    }
  }
  return { files, leftOut: joinLeftOut(leftOut), failed };
}

/** All files that a pattern matches, of any extension: unreadable ones are reported one by one. */
async function filesOfPattern(pattern: string, options: ListingOptions): Promise<FileReference[]> {
  const { folder, rest } = splitPattern(pattern)!;
  const matches = pathPattern(rest, { wholly: true });
  const { files } = await listImageFiles(folder, { ...options, anyExtension: true });
  const found = files.filter(({ id }) => matches(id));
  if (found.length === 0) throw new UserError(`No file matches ${pattern}.`, { code: 'ERR_ANTONYM_NO_SUCH_FILE' });
  return found;
}

/** What is not there and reads like a URL is one. */
function urlError(path: string): UserError | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(path) ?? [];
  if (scheme === undefined) return undefined;
  const advice = scheme.toLowerCase() === 'file' ? 'give the path of the file' : 'nothing is fetched. Save the image and give its path';
  return new UserError(`${path} is a URL, not a path: ${advice}.`, { code: 'ERR_ANTONYM_BAD_ARGUMENT' });
}
