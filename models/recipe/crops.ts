/** Crops of the recipe's photographs, near and whole: at several sizes, and each with a name that its random draws follow from. */
import sharp from 'sharp';
import { cropImage, type Image } from '#antonym/images/image.js';
import { randomStream } from '#antonym/support/random.js';
import { type SetName, seed, sets } from './recipe.js';
import { pixelsOf, resized } from './resized.js';

export interface Crop {
  readonly image: Image;
  readonly name: string;
  readonly set: SetName;
}

/**
 * @param path of a photograph
 * @param id the name from which the draws follow
 */
export async function* cropsOf(path: string, id: string): AsyncGenerator<Crop> {
  const size = await sharp(path).metadata();
  const own = Math.min(size.width, size.height);
  for (const set of Object.keys(sets) as SetName[]) {
    for (const [side, count] of sets[set].perSide) {
      if (side > own) continue;
      const image = await pixelsOf(resized(sharp(path), size, side / own));
      const crop = sets[set].crop ?? side;
      for (let index = 0; index < count; index++) {
        const name = `${side}-${index}`;
        const random = randomStream(seed, 'crop', id, name);
        const [left, top] = [random.integer(image.width - crop + 1), random.integer(image.height - crop + 1)];
        yield { image: cropImage(image, left, top, crop, crop), name, set };
      }
    }
  }
}
