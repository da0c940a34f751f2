/** The share of severity levels of one image that a score puts in the right order. */

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
