/** How well the model orders held-out crops by severity. */

import { correctlyOrderedShare } from '../statistics/ordering.js';
import { srcc } from '../statistics/rank-correlation.js';
import type { Engine } from './engines/engine.js';
import type { HeldOutPair } from './held-out.js';

export interface Ordering {
  /** Mean over images and crops of SRCC between score and severity level 0..L: -1 is perfect. */
  readonly srcc: number;
  /** Share of pairs of levels (i < j, of one crop) whose scores are in order, 0..1: 1 is perfect. */
  readonly ordered: number;
}

export interface Evaluation extends Ordering {
  readonly perDistortion: Readonly<Record<string, Ordering>>;
}

/** The number by which the best checkpoint is chosen: needs no labels. */
export const bestMetric = { name: 'ordered', direction: 'higher is better' } as const;

/** Measures all held-out pairs. Scores are the mean over prompt pairs of similarity to the positive minus to the negative prompt. */
export async function evaluateOrdering(engine: Engine, pairs: readonly HeldOutPair[], crop: number): Promise<Evaluation> {
  const measured: { distortion: string; ordering: Ordering }[] = [];
  for (const { distortion, pair } of pairs) {
    const count = pair.pixels.length / (crop * crop * 3);
    const gaps = similarityGaps(await engine.similarity(pair.pixels, count), count);
    for (const side of [0, 1]) {
      const scores = gaps.filter((_, index) => index % 2 === side);
      const levels = scores.map((_, level) => level);
      measured.push({ distortion, ordering: { srcc: srcc(levels, scores), ordered: correctlyOrderedShare(scores) } });
    }
  }
  const names = [...new Set(measured.map(({ distortion }) => distortion))].sort();
  const of = (list: typeof measured): Ordering => ({
    srcc: mean(list.map(({ ordering }) => ordering.srcc)),
    ordered: mean(list.map(({ ordering }) => ordering.ordered)),
  });
  return {
    ...of(measured),
    perDistortion: Object.fromEntries(names.map((name) => [name, of(measured.filter(({ distortion }) => distortion === name))])),
  };
}

/** Mean over prompt pairs of positive minus negative similarity; similarities are [count, pairs, 2]. */
export function similarityGaps(similarities: Float32Array, count: number): number[] {
  const size = similarities.length / count;
  return Array.from({ length: count }, (_, index) => {
    let sum = 0;
    for (let at = index * size; at < (index + 1) * size; at += 2) sum += similarities[at]! - similarities[at + 1]!;
    return sum / (size / 2);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
