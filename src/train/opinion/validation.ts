/** The measure of a model that is trained with opinions: its agreement with those of images that training does not see. */

import { decodeImage } from '../../images/decode-image.js';
import { cropImage } from '../../images/image.js';
import { agree } from '../../peers/agree.js';
import type { Peers } from '../../peers/peers.js';
import { plcc } from '../../statistics/linear-correlation.js';
import { mean } from '../../statistics/mean.js';
import { srcc } from '../../statistics/rank-correlation.js';
import type { Engine } from '../engines/engine.js';
import { normalizedOpinion, type OpinionSet, type RatedTrainingImage } from './opinion-set.js';

/** On the validation images: columns of an `evaluation` row. */
export interface OpinionAgreement {
  /** Spearman's correlation of predicted and given opinions, -1..1; 0 where all predictions are equal. */
  readonly opinionSrcc: number;
  /** Pearson's correlation. */
  readonly opinionPlcc: number;
  /** Root mean square error, in units of the range of opinions. */
  readonly opinionRmse: number;
}

/** The number by which the best checkpoint of such a run is chosen. */
export const bestAgreement = { name: 'opinionSrcc', direction: 'higher is better' } as const;

/**
 * An image is predicted by the mean over its corners and its middle. Several processes measure every n-th image each, and return the same.
 * @param onImage told the number of images measured so far, and of all, of this process
 */
export async function validateOpinions(
  peers: Peers,
  engine: Pick<Engine, 'measure'>,
  { validation, range }: OpinionSet,
  crop: number,
  onImage?: (done: number, total: number) => void,
): Promise<OpinionAgreement> {
  const own = [...validation.keys()].filter((at) => at % peers.size === peers.rank);
  const measured = await agree(peers, async () => {
    // elsewhere zeros, so that the sum over processes is the prediction
    const means = new Float64Array(validation.length);
    for (const [done, at] of own.entries()) {
      const crops = await cropsOf(validation[at]!, crop);
      const values = await engine.measure(crops, crops.length / (crop * crop * 3));
      means[at] = mean(values);
      onImage?.(done + 1, own.length);
    }
    return means;
  });
  const predicted = Array.from(await peers.total(measured));
  const opinions = validation.map(({ opinion }) => normalizedOpinion(opinion, range));
  const orZero = (value: number): number => (predicted.every(Number.isFinite) && Number.isNaN(value) ? 0 : value);
  const squares = predicted.reduce((sum, value, at) => sum + (value - opinions[at]!) ** 2, 0);
  return {
    opinionSrcc: orZero(srcc(predicted, opinions)),
    opinionPlcc: orZero(plcc(predicted, opinions)),
    opinionRmse: Math.sqrt(squares / predicted.length),
  };
}

async function cropsOf({ path }: RatedTrainingImage, side: number): Promise<Uint8Array> {
  const image = await decodeImage(path);
  const [right, bottom] = [image.width - side, image.height - side];
  const places = [
    [0, 0],
    [right, 0],
    [0, bottom],
    [right, bottom],
    [Math.floor(right / 2), Math.floor(bottom / 2)],
  ] as const;
  const different = right === 0 && bottom === 0 ? places.slice(0, 1) : places;
  const bytes = side * side * 3;
  const pixels = new Uint8Array(different.length * bytes);
  for (const [at, [left, top]] of different.entries()) pixels.set(cropImage(image, left, top, side, side).data, at * bytes);
  return pixels;
}
