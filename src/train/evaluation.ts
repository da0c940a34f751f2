/** The measure of a model: how well it orders held-out crops by severity. */

import type { Head } from '../heads/head.js';
import { mean } from '../statistics/mean.js';
import { correctlyOrderedShare, levelCorrelation } from '../statistics/ordering.js';
import type { HeldOutPair } from './data/held-out.js';
import type { Engine } from './engines/engine.js';

export interface Ordering {
  /** Mean SRCC over images and crops between score and severity level 0..L: -1 is perfect. */
  readonly srcc: number;
  /** Share of pairs of levels (i < j, of one crop) whose scores are in order, 0..1: 1 is perfect. */
  readonly ordered: number;
}

export interface Evaluation extends Ordering {
  readonly perDistortion: Readonly<Record<string, Ordering>>;
}

/** The number by which the best checkpoint is chosen: needs no labels. */
export const bestMetric = { name: 'ordered', direction: 'higher is better' } as const;

/**
 * Measures all crops of every held-out pair, in the order of its pixels.
 * @param onPair told the number of pairs measured so far, and of all
 * @returns for each pair [(levels + 1) x 2, ...measuredShape]
 */
export async function measureHeldOut(
  engine: Pick<Engine, 'measure'>,
  pairs: readonly HeldOutPair[],
  crop: number,
  onPair?: (done: number, total: number) => void,
): Promise<Float32Array[]> {
  const measured: Float32Array[] = [];
  for (const { pair } of pairs) {
    measured.push(await engine.measure(pair.pixels, pair.pixels.length / (crop * crop * 3)));
    onPair?.(measured.length, pairs.length);
  }
  return measured;
}

/**
 * The order of measured pairs, by the numbers that the head orders crops by. A crop that scores the same at every level (a gray one under a
 * change of color) counts as neither right nor wrong, SRCC 0; if a measurement is not a number, neither is the mean SRCC.
 * @param scale of the score; default: CLIP's
 */
export function evaluateOrdering(
  head: Pick<Head, 'order'>,
  pairs: readonly HeldOutPair[],
  measured: readonly Float32Array[],
  scale?: number,
): Evaluation {
  const orderings: { distortion: string; ordering: Ordering }[] = [];
  for (const [index, { distortion, pair }] of pairs.entries()) {
    const order = head.order(measured[index]!, (pair.record.levels + 1) * 2, scale);
    for (const side of [0, 1]) {
      const scores = order.filter((_, crop) => crop % 2 === side);
      orderings.push({ distortion, ordering: { srcc: levelCorrelation(scores), ordered: correctlyOrderedShare(scores) } });
    }
  }
  const names = [...new Set(orderings.map(({ distortion }) => distortion))].sort();
  const of = (list: typeof orderings): Ordering => ({
    srcc: mean(list.map(({ ordering }) => ordering.srcc)),
    ordered: mean(list.map(({ ordering }) => ordering.ordered)),
  });
  return {
    ...of(orderings),
    perDistortion: Object.fromEntries(names.map((name) => [name, of(orderings.filter(({ distortion }) => distortion === name))])),
  };
}
