/** Whether an image has detail down to its pixels, or was blurred or enlarged. */
import { quantile } from '../../statistics/quantile.js';
import type { CellEnergy } from './cell-energies.js';

/** Parts with less are too plain to tell, squared grey values. */
const leastEnergy = 10;
/** Much of a sharp photograph may be out of focus: the sharpest tenth of its parts tells. */
const share = 0.9;

/**
 * Energy of differences between pixels over that between means of 2x2 pixels, in the sharpest parts of an image: about 1 to 2 for a sharp
 * photograph, .6 when it was enlarged twice. NaN for an image without texture.
 */
export function fineDetailOf(cells: readonly CellEnergy[]): number {
  return quantile(
    cells.filter(({ coarse }) => coarse >= leastEnergy).map(({ fine, coarse }) => fine / coarse),
    share,
  );
}
