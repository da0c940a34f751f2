/** Opens a data set by name, or any folder, and lists its usable images. */

import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import pLimit from 'p-limit';
import { readImageSize } from '../images/decode-image.js';
import { noneCan } from '../support/counted.js';
import { asSentence, messageOf, systemCodeOf, UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { PassingError } from '../support/files/passing-failures.js';
import { suggestName } from '../support/nearest-name.js';
import { type DatasetDescription, type DatasetOrigin, originOf, readDatasetFiles } from './dataset-file.js';
import type { FileReference, ImageReference, ProceduralReference } from './image-reference.js';
import { describeLeftOut, type LeftOut, nothingLeftOut } from './left-out.js';
import { imageExtensions, listImageFiles } from './list-image-files.js';
import { chooseDownscale, type Downscale } from './pristine/choose-downscale.js';

/** Pristine images and their origin. */
export interface Dataset extends DatasetOrigin {
  /** The name in datasets.json, or the folder's own name. */
  readonly name: string;
  readonly kind: DatasetDescription['kind'];
  /** Not empty. Files are ordered by id (code units), rendered images by index. */
  readonly images: readonly ImageReference[];
  /** Unusable image files, in the same order. */
  readonly skipped: readonly { readonly id: string; readonly path: string; readonly reason: string }[];
  /** The factor by which images are reduced: the option's, or what `auto` came to, then with what it found. */
  readonly downscale: Pick<Downscale, 'factor'> & Partial<Downscale>;
  /** Other files, and folders that were not read. */
  readonly leftOut: LeftOut;
}

export interface OpenDatasetOptions {
  /** Images with a side below this, once reduced, are skipped, pixels. */
  readonly minimumSide: number;
  /** The run's seed, from which procedural images are rendered; default: 0. Files do not depend on it. */
  readonly seed?: number;
  /** At most this many images, the first ones; the headers of the rest are not read. */
  readonly limit?: number;
  /** 1 (the default) or more, or `auto`: as much as photographs need to look pristine, see `chooseDownscale`. */
  readonly downscale?: number | 'auto';
  /** Patterns of names or of paths below the folder; what matches is left out. */
  readonly exclude?: readonly string[];
}

/**
 * Opens a data set by its name in datasets.json (the package's, or one in the working folder), or any folder of images,
 * read recursively. A name wins over a folder of the same name; `./name` is the folder.
 * Only headers are read: callers must expect `loadImage` to fail on a truncated file.
 * @throws UserError when there is no such name or folder, no usable image in it, or a factor above 1 for rendered images.
 */
export async function openDataset(nameOrFolder: string, { downscale = 1, ...options }: OpenDatasetOptions): Promise<Dataset> {
  const dataset = await openInFullSize(nameOrFolder, options);
  if (downscale === 1 || (downscale === 'auto' && dataset.kind === 'procedural')) return { ...dataset, downscale: { factor: 1 } };
  if (dataset.kind === 'procedural') {
    throw new UserError(`--downscale is for photographs: the images of ${dataset.name} are rendered in the size that is wanted.`);
  }
  const { minimumSide } = options;
  const fits = async (image: ImageReference, factor: number): Promise<boolean> => {
    if (image.kind === 'procedural') return true;
    const { width, height } = await readImageSize(image.path);
    return Math.min(width, height) >= minimumSide * factor;
  };
  const chosen = downscale === 'auto' ? await chooseDownscale(dataset.images, fits) : { factor: downscale };
  if (chosen.factor === 1) return { ...dataset, downscale: chosen };
  const reduced = await openInFullSize(nameOrFolder, { ...options, minimumSide: Math.ceil(minimumSide * chosen.factor) });
  const images = reduced.images.map((image) => (image.kind === 'file' ? { ...image, downscale: chosen.factor } : image));
  return { ...reduced, images, downscale: chosen };
}

async function openInFullSize(nameOrFolder: string, options: Omit<OpenDatasetOptions, 'downscale'>): Promise<Omit<Dataset, 'downscale'>> {
  const datasets = await readDatasetFiles();
  const description = datasets.get(nameOrFolder);
  if (description?.kind === 'procedural') {
    if (options.exclude) throw new UserError(`--exclude is for folders: the images of ${nameOrFolder} are rendered. Leave it out.`);
    return {
      name: nameOrFolder,
      kind: 'procedural',
      ...originOf(description),
      images: procedural(nameOrFolder, description, options),
      skipped: [],
      leftOut: nothingLeftOut,
    };
  }
  const folder = description?.path ?? resolve(nameOrFolder);
  try {
    if (!(await stat(folder)).isDirectory()) throw new UserError(`${nameOrFolder} is a file; a folder of images is needed.`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (systemCodeOf(error) !== 'ENOENT') throw fileError('open the folder', folder, error);
    if (description === undefined) {
      throw new UserError(`There is no dataset and no folder named "${nameOrFolder}".${suggestName(nameOrFolder, [...datasets.keys()])}`);
    }
    const source = description.homepage === undefined ? '' : ` from ${description.homepage}`;
    throw new UserError(
      `The images of dataset "${nameOrFolder}" are not in ${folder}: download them${source}, or state another path in datasets.json.`,
    );
  }
  const name = description === undefined ? basename(folder) : nameOrFolder;
  return { name, kind: 'folder', ...(description && originOf(description)), ...(await usableFiles(folder, options)) };
}

function procedural(
  name: string,
  { count, width, height, look }: DatasetDescription & { kind: 'procedural' },
  { minimumSide, seed = 0, limit = count }: OpenDatasetOptions,
): ProceduralReference[] {
  if (Math.min(width, height) < minimumSide) {
    throw new UserError(
      `Images of dataset "${name}" are ${width}x${height}, but each side must have at least ${minimumSide} pixels: state a larger size in datasets.json.`,
    );
  }
  return Array.from({ length: Math.min(count, limit) }, (_, index) => ({
    kind: 'procedural',
    id: `procedural-${seed}-${index}`,
    seed,
    index,
    width,
    height,
    ...(look && { look }),
  }));
}

/** Headers are read in order, a chunk at a time, until `limit` images are found, so that the result does not depend on timing. */
async function usableFiles(
  folder: string,
  { minimumSide, limit = Number.POSITIVE_INFINITY, exclude = [] }: OpenDatasetOptions,
): Promise<Pick<Dataset, 'images' | 'skipped' | 'leftOut'>> {
  const { files, leftOut } = await listImageFiles(folder, { exclude }).catch((error) => {
    throw fileError('read the folder', folder, error);
  });
  const images: FileReference[] = [];
  const skipped: { id: string; path: string; reason: string }[] = [];
  const chunk = 64;
  const readConcurrently = pLimit(8);
  for (let start = 0; start < files.length && images.length < limit; start += chunk) {
    const part = files.slice(start, start + chunk);
    const reasons = await readConcurrently.map(part, ({ path }) => reasonToSkip(path, minimumSide));
    for (const [index, file] of part.entries()) {
      const reason = reasons[index];
      if (images.length === limit) break;
      if (reason === undefined) images.push(file);
      else skipped.push({ id: file.id, path: file.path, reason });
    }
  }
  if (images.length > 0) return { images, skipped, leftOut };
  if (files.length === 0)
    throw new UserError(
      `No image in ${folder}: looked for files ending in ${imageExtensions.join(', ')}, in its subfolders too.${describeLeftOut(leftOut, ' ').join(';')}`,
    );
  const example = skipped[0];
  throw new UserError(
    `${folder}: ${noneCan(files.length, 'image file')} be used; for example ${example!.path}: ${asSentence(example!.reason)}`,
  );
}

async function reasonToSkip(path: string, minimumSide: number): Promise<string | undefined> {
  try {
    const { width, height } = await readImageSize(path);
    if (Math.min(width, height) < minimumSide)
      return `${width}x${height} is too small: each side must have at least ${minimumSide} pixels.`;
    return undefined;
  } catch (error) {
    // The choice of images must not depend on a transient failure.
    if (error instanceof PassingError) throw error;
    return messageOf(error).replace(`Cannot read image ${path}: `, '');
  }
}
