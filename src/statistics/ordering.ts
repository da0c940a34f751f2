/** Measures how a score follows the severity levels of one image. */
import { srcc } from './rank-correlation.js';

/**
 * The share of pairs of levels whose milder one has the higher score, 0..1: 1 is perfect, .5 is guessing. Equal scores
 * count one half, so that a constant score is as good as guessing, not better; NaN counts as wrong. NaN for fewer than two
 * levels.
 * @param scores of levels 0 (pristine), 1, 2, ...; higher is better.
 */
export function correctlyOrderedShare(scores: ArrayLike<number>): number {
  let correct = 0;
  let pairs = 0;
  for (let mild = 0; mild < scores.length; mild++) {
    for (let severe = mild + 1; severe < scores.length; severe++) {
      pairs++;
      if (scores[mild]! > scores[severe]!) correct++;
      else if (scores[mild] === scores[severe]) correct += 0.5;
    }
  }
  return correct / pairs;
}

/** SRCC of scores with the level, -1..1; 0 for scores that do not change, which are neither right nor wrong. */
export function levelCorrelation(scores: readonly number[]): number {
  const levels = scores.map((_, level) => level);
  return scores.every((score) => score === scores[0]) ? 0 : srcc(levels, scores);
}
