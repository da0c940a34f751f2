/** Tells images with detail down to their pixels from blurred or enlarged ones. */
import { quantile } from '../../statistics/quantile.js';
import type { CellEnergy } from './cell-energies.js';

/** Parts with less are too plain to judge, squared gray values. */
const leastEnergy = 10;
/** The sharpest tenth of the parts decides, since much of a sharp photograph may be out of focus. */
const share = 0.9;

/**
 * Energy of differences between pixels over that between means of 2x2 pixels, in the sharpest parts of an image: about 1 to 2 for a sharp
 * photograph, .6 for one enlarged by 2. NaN for an image without texture.
 */
export function fineDetailOf(cells: readonly CellEnergy[]): number {
  return quantile(
    cells.filter(({ coarse }) => coarse >= leastEnergy).map(({ fine, coarse }) => fine / coarse),
    share,
  );
}
