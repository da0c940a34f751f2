/** From the names that a benchmark gives its images to files. */
import { basename } from 'node:path';
import { listImageFiles } from '../datasets/list-image-files.js';
import { UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { suggestName } from '../support/nearest-name.js';
import type { RatedImage } from './opinions.js';

export interface RatedFile extends RatedImage {
  readonly path: string;
}

export interface MatchedImages {
  /** In the order of the opinions. */
  readonly found: readonly RatedFile[];
  /** Names of images that are not there. */
  readonly missing: readonly string[];
  /** Image files, from their folder, of which there is no opinion. */
  readonly withoutOpinion: readonly string[];
}

/**
 * Finds the images in a folder and its subfolders: by their path from the folder, else by their name alone where only one file has
 * it. Upper and lower case are equal where no file has the exact name, as on the systems on which many benchmarks were made.
 * @throws UserError when the folder cannot be read, or has none of the images.
 */
export async function matchImages(folder: string, rated: readonly RatedImage[]): Promise<MatchedImages> {
  const { files } = await listImageFiles(folder).catch((error) => {
    throw fileError('read the folder of images', folder, error);
  });
  const byName = new Map<string, { readonly id: string; readonly path: string }[]>();
  for (const file of files) {
    for (const key of new Set([file.id, basename(file.id), file.id.toLowerCase(), basename(file.id).toLowerCase()])) {
      const same = byName.get(key);
      if (same === undefined) byName.set(key, [file]);
      else same.push(file);
    }
  }
  const ids = new Map(files.map((file) => [file.id, file]));
  const used = new Set<string>();
  const found: RatedFile[] = [];
  const missing: string[] = [];
  for (const item of rated) {
    const file = ids.get(item.image) ?? only(byName.get(item.image)) ?? only(byName.get(item.image.toLowerCase()));
    if (file === undefined) missing.push(item.image);
    else {
      used.add(file.id);
      found.push({ ...item, path: file.path });
    }
  }
  const withoutOpinion = files.map(({ id }) => id).filter((id) => !used.has(id));
  if (found.length > 0) return { found, missing, withoutOpinion };
  const [name = ''] = missing;
  const hint = suggestName(
    name,
    withoutOpinion.slice(0, 1000).map((id) => basename(id)),
  ).replace(/ Known: .*/, '');
  throw new UserError(
    `none of the ${missing.length} images is in ${folder} (${files.length} image files): for example ${name}.${hint} Say where they are with --images`,
  );
}

function only<T>(list: readonly T[] | undefined): T | undefined {
  return list?.length === 1 ? list[0] : undefined;
}
