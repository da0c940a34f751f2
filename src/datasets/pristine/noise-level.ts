/** The noise of an image, estimated from its parts that look like noise. */
import { quantile } from '../../statistics/quantile.js';
import type { CellEnergy } from './cell-energies.js';

/** White noise has four times as much energy between pixels as between means of four, texture one to two times. */
const leastRatio = 2.5;
/** Fewer parts than this share may look like noise by chance: gravel, leaves. */
const leastShare = 0.02;
/** Noise is everywhere, even in the quietest parts of an image, except near black and white, where it is cut off. */
const quietest = 0.1;

/**
 * Standard deviation of white noise in the luma, gray values: the root of the diagonal energy of the quietest tenth of the parts that look like
 * noise, but no more than that of all parts. 0 when hardly any does. (White noise of deviation s in each of R, G, B has .67 s in the luma.)
 */
export function noiseLevelOf(cells: readonly CellEnergy[]): number {
  const usable = cells.filter(({ mean }) => mean > 16 && mean < 240);
  const noisy = usable.filter(({ fine, coarse }) => fine >= leastRatio * coarse);
  if (noisy.length === 0 || noisy.length < cells.length * leastShare) return 0;
  const [ofNoisy, ofAll] = [noisy, usable].map((parts) =>
    quantile(
      Float64Array.from(parts, ({ diagonal }) => diagonal),
      quietest,
    ),
  );
  return Math.sqrt(Math.min(ofNoisy!, ofAll!));
}
