/** From the names that a table gives its images to files. */

import { stat } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve, sep } from 'node:path';
import { type LeftOut, nothingLeftOut } from '../datasets/left-out.js';
import { imageExtensions, listImageFiles } from '../datasets/list-image-files.js';
import { mean, sampleDeviation } from '../statistics/mean.js';
import { counted } from '../support/counted.js';
import { UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { ofFile } from '../support/files/passing-failures.js';
import { suggestNear } from '../support/nearest-name.js';
import { FileIndex } from './file-index.js';
import type { RatedImage } from './opinions.js';

export interface RatedFile extends RatedImage {
  readonly path: string;
}

export interface MatchedImages {
  /** Images in the order of the opinions; each file once. */
  readonly found: readonly RatedFile[];
  /** Names of images that are not there. */
  readonly missing: readonly string[];
  /** Image files, from their folder, of which there is no opinion. */
  readonly withoutOpinion: readonly string[];
  /** Other files of the folder. */
  readonly leftOut: LeftOut;
}

/**
 * Finds the images in a folder and its subfolders: by their path from it, from the table or from anywhere, else by their name alone
 * where only one file has it, last without its extension where the table states none. Forms of Unicode are equal; upper and lower case
 * are where no file has the exact name. What could be several files is missing. Opinions on one file are averaged.
 * @param tableFolder where relative paths of the table may begin, too.
 * @param listed paths of the images, members of archives among them, where a list names them instead of the folder
 * @throws UserError when the folder cannot be read, or has none of the images.
 */
export async function matchImages(
  folder: string,
  rated: readonly RatedImage[],
  tableFolder = folder,
  listed?: readonly string[],
): Promise<MatchedImages> {
  const { files, leftOut } = listed
    ? { files: listedIn(folder, listed), leftOut: nothingLeftOut }
    : folder === tableFolder && (await areElsewhere(rated, folder))
      ? { files: [], leftOut: nothingLeftOut }
      : await filesIn(folder);
  const places = listed && new Map(files.map((file) => [resolve(file.path).normalize('NFC'), file]));
  const index = new FileIndex(files);
  const names = new NameCounts(rated.map(({ image }) => image));
  const opinions = new Map<string, { readonly image: string; readonly values: number[] }>();
  const used = new Set<string>();
  const missing = new Set<string>();
  for (const { image, opinion } of rated) {
    const decoded = withoutEscapes(image);
    const inside = [image, ...decoded].flatMap((name) => [
      name,
      ...[folder, tableFolder].flatMap((from) => below(folder, resolve(from, name))),
    ]);
    const file =
      index.byPath(inside) ??
      (places ? places.get(resolve(tableFolder, image).normalize('NFC')) : await existing(image, tableFolder)) ??
      (names.isOnly(image) ? [image, ...decoded].map((name) => index.byName(name)).find((found) => found) : undefined) ??
      (hasExtension(image) ? undefined : index.byStem(inside));
    if (file === undefined) {
      missing.add(image);
      continue;
    }
    used.add(file.id);
    const earlier = opinions.get(file.path);
    if (earlier === undefined) opinions.set(file.path, { image, values: [opinion] });
    else earlier.values.push(opinion);
  }
  const found = [...opinions].map(([path, { image, values }]) => ({ image, path, ...averaged(values) }));
  const withoutOpinion = files.map(({ id }) => id).filter((id) => !used.has(id));
  if (found.length > 0) return { found, missing: [...missing], withoutOpinion, leftOut };
  const [name = ''] = missing;
  const hint = suggestNear(
    name,
    withoutOpinion.slice(0, 1000).map((id) => basename(id)),
  );
  throw new UserError(
    `${missing.size === 1 ? 'The image with an opinion is not' : `None of the ${missing.size} images is`} in ${listed ? 'the list' : folder} (${counted(files.length, 'image file')}): for example ${name}.${hint}${encodingHint(name)}` +
      (listed ? '' : ' Say where they are with --images.'),
  );
}

/** What to do where letters beyond ASCII may be those of another code page: `decodeText` knows UTF-8, UTF-16 and Windows-1252 alone. */
export function encodingHint(image: string): string {
  return /[\u0080-\u00ff]/.test(image) ? ' If these letters are not those of the table, save it in UTF-8.' : '';
}

async function filesIn(folder: string) {
  try {
    return await listImageFiles(folder);
  } catch (error) {
    throw fileError('read the folder of images', folder, error);
  }
}

/** True where the table names every file by its whole path, outside of its own folder, which may be that of all downloads: nothing is looked for. */
async function areElsewhere(rated: readonly RatedImage[], folder: string): Promise<boolean> {
  for (const { image } of rated) {
    if (!isAbsolute(image) || below(folder, image).length > 0 || (await existing(image, folder)) === undefined) return false;
  }
  return rated.length > 0;
}

/** Files of a list as those of a folder: by their path from it where they lie in it. */
function listedIn(folder: string, paths: readonly string[]): { id: string; path: string }[] {
  return paths.map((path) => ({ id: below(folder, path)[0] ?? path, path }));
}

/** The mean; with several opinions, their number and standard deviation. */
function averaged(values: readonly number[]): Pick<RatedImage, 'opinion' | 'raters' | 'spread'> {
  const opinion = mean(values);
  return values.length === 1 ? { opinion } : { opinion, raters: values.length, spread: sampleDeviation(values) };
}

/** A path below the folder, relative to it; nothing for any other. */
function below(folder: string, path: string): string[] {
  const inside = relative(resolve(folder), path).split(sep).join('/');
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? [] : [inside];
}

/** A file outside the folder that the table names with its path. */
async function existing(image: string, tableFolder: string): Promise<{ id: string; path: string } | undefined> {
  if (!image.includes('/')) return undefined;
  for (const form of [image, image.normalize('NFC'), image.normalize('NFD')]) {
    const path = resolve(tableFolder, form);
    const status = await ofFile(path, (one) => stat(one));
    if (status?.isFile()) return { id: path, path };
  }
  return undefined;
}

/** The name without the escapes of a URL, `%20` for a space, as programs for labels in a browser export it; nothing where it has none. */
function withoutEscapes(image: string): string[] {
  if (!/%[0-9a-f]{2}/i.test(image)) return [];
  try {
    return [decodeURIComponent(image)];
  } catch {
    return [];
  }
}

function hasExtension(image: string): boolean {
  const name = image.toLowerCase();
  return imageExtensions.some((extension) => name.endsWith(extension));
}

/** Number of different paths of the table, folders included, that end in a name. */
class NameCounts {
  private readonly paths = new Map<string, Set<string>>();

  constructor(images: readonly string[]) {
    for (const image of images) {
      const path = image.normalize('NFC').replace(/^(\.\/)+/, '');
      if (!path.includes('/')) continue;
      const paths = this.paths.get(nameOf(path)) ?? new Set();
      paths.add(path);
      this.paths.set(nameOf(path), paths);
    }
  }

  /** True when it is a name alone, or no other path of the table ends in its name: it can mean one file only. */
  isOnly(image: string): boolean {
    return (this.paths.get(nameOf(image))?.size ?? 0) <= 1 || !image.includes('/');
  }
}

function nameOf(image: string): string {
  return basename(image).normalize('NFC').toLowerCase();
}
