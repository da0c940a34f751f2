/** How well the model orders held-out crops by severity. */

import { correctlyOrderedShare } from '../statistics/ordering.js';
import { srcc } from '../statistics/rank-correlation.js';
import type { HeldOutPair } from './data/held-out.js';
import type { Engine } from './engines/engine.js';

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

/**
 * Similarities of all crops of every held-out pair, in the order of its pixels.
 * @param onPair how many pairs of all are measured
 * @returns for each pair [(levels + 1) x 2, prompt pairs, 2]
 */
export async function measureHeldOut(
  engine: Pick<Engine, 'similarity'>,
  pairs: readonly HeldOutPair[],
  crop: number,
  onPair?: (done: number, total: number) => void,
): Promise<Float32Array[]> {
  const measured: Float32Array[] = [];
  for (const { pair } of pairs) {
    measured.push(await engine.similarity(pair.pixels, pair.pixels.length / (crop * crop * 3)));
    onPair?.(measured.length, pairs.length);
  }
  return measured;
}

/**
 * How well measured pairs are ordered. Scores are the mean over prompt pairs of similarity to the positive minus to the negative
 * prompt. A crop that scores the same at every level (a grey one under a change of colour) counts as neither right nor wrong, SRCC 0;
 * where a similarity is not a number, so is the mean SRCC.
 */
export function evaluateOrdering(pairs: readonly HeldOutPair[], similarities: readonly Float32Array[]): Evaluation {
  const measured: { distortion: string; ordering: Ordering }[] = [];
  for (const [index, { distortion, pair }] of pairs.entries()) {
    const gaps = similarityGaps(similarities[index]!, (pair.record.levels + 1) * 2);
    for (const side of [0, 1]) {
      const scores = gaps.filter((_, crop) => crop % 2 === side);
      measured.push({ distortion, ordering: { srcc: levelCorrelation(scores), ordered: correctlyOrderedShare(scores) } });
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

function levelCorrelation(scores: readonly number[]): number {
  const isConstant = scores.every((score) => score === scores[0]);
  return isConstant
    ? 0
    : srcc(
        scores.map((_, level) => level),
        scores,
      );
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
