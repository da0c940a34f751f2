/** Opens a data set with its images reduced, by a given factor or by as much as their flaws need. */

import type { ImageReference } from '../../datasets/image-reference.js';
import { type Dataset, type OpenDatasetOptions, openDataset } from '../../datasets/open-dataset.js';
import { readImageSize } from '../../images/decode-image.js';
import { UserError } from '../../support/errors.js';
import { chooseDownscale, type Downscale } from './choose-downscale.js';

export interface OpenPristineOptions extends OpenDatasetOptions {
  /** 1 or more, or as much as it needs for the images to look pristine; see `chooseDownscale`. */
  readonly downscale: number | 'auto';
}

export interface PristineDataset extends Dataset {
  /** What `downscale: 'auto'` came to; the factor given otherwise. */
  readonly downscale: Pick<Downscale, 'factor'> & Partial<Downscale>;
}

/**
 * Images that are too small once reduced are skipped.
 * @throws UserError as `openDataset` does, and for a factor above 1 and rendered images, which are pristine.
 */
export async function openPristine(data: string, { downscale, ...options }: OpenPristineOptions): Promise<PristineDataset> {
  const dataset = await openDataset(data, options);
  if (downscale === 1 || (downscale === 'auto' && dataset.kind === 'procedural')) return { ...dataset, downscale: { factor: 1 } };
  if (dataset.kind === 'procedural') {
    throw new UserError(`--downscale is for photographs: the images of ${dataset.name} are rendered in the size that is wanted`);
  }
  const chosen =
    downscale === 'auto'
      ? await chooseDownscale(dataset.images, (image, factor) => fits(image, factor, options.minimumSide))
      : { factor: downscale };
  if (chosen.factor === 1) return { ...dataset, downscale: chosen };
  const reduced = await openDataset(data, { ...options, minimumSide: Math.ceil(options.minimumSide * chosen.factor) });
  const images = reduced.images.map((image) => (image.kind === 'file' ? { ...image, downscale: chosen.factor } : image));
  return { ...reduced, images, downscale: chosen };
}

async function fits(image: ImageReference, factor: number, minimumSide: number): Promise<boolean> {
  if (image.kind === 'procedural') return true;
  const { width, height } = await readImageSize(image.path);
  return Math.min(width, height) >= minimumSide * factor;
}
