/** The photographs on which precisions are compared: the middles of some that the user gives. */
import type { Backbone } from '../../backbones/backbone.js';
import { loadImage } from '../../datasets/load-image.js';
import { openDataset } from '../../datasets/open-dataset.js';
import { cropImage, type Image } from '../../images/image.js';
import { messageOf, UserError } from '../../support/errors.js';
import type { ComparedImages } from './compare-precision.js';
import { mostCompared } from './precisions.js';

/** Pixels: what matters to the order is the numbers that the model computes with, not their amount. */
const largestSide = 384;
/** An image must have another one to be compared with. */
const fewest = 2;

/**
 * @param nameOrFolder of a data set: see `openDataset`
 * @param onSkip a file that cannot be decoded
 * @throws UserError when there are fewer than two images that the model takes.
 */
export async function openComparedImages(
  nameOrFolder: string,
  { minimumSide, fixedSide, sideMultiple }: Pick<Backbone, 'minimumSide' | 'fixedSide' | 'sideMultiple'>,
  onSkip: (image: string, reason: string) => void,
): Promise<ComparedImages> {
  const dataset = await openDataset(nameOrFolder, { minimumSide, limit: mostCompared });
  const images: Image[] = [];
  for (const reference of dataset.images) {
    try {
      images.push(middleOf(await loadImage(reference), fixedSide ?? largestSide, sideMultiple));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onSkip(reference.id, messageOf(error));
    }
  }
  if (images.length < fewest)
    throw new UserError(`--data ${nameOrFolder} has ${images.length} usable images, at least ${fewest} are needed.`);
  return { source: dataset.name, images };
}

function middleOf(image: Image, side: number, sideMultiple: number): Image {
  const [width, height] = [image.width, image.height].map((own) => Math.min(own, side)).map((own) => own - (own % sideMultiple)) as [
    number,
    number,
  ];
  return cropImage(image, (image.width - width) >> 1, (image.height - height) >> 1, width, height);
}
