/** The softmax scale of the score, fitted without labels. */

/** Scores beyond these are saturated: at the ends, different similarities give practically the same score. */
const [lowest, highest] = [0.001, 0.999];
const saturatedShare = 0.01;
/** The scale of QualiCLIP's and CLIP-IQA's scores with a pretrained CLIP, whose similarities lie close together. */
export const publishedScale = 100;

/**
 * The largest scale up to 100, to three digits, at which at most 1 % of scores lie outside .001 - .999. A trained ranker's similarities lie further
 * apart than CLIP's: at 100, its scores would be 0 or 1.
 * @param similarities [count, pairs, 2]
 */
export function fitSoftmaxScale(similarities: Float32Array, count: number): number {
  let [low, high] = [0.01, publishedScale];
  if (saturated(similarities, count, high) <= saturatedShare) return high;
  while (high / low > 1.0005) {
    const middle = Math.sqrt(low * high);
    if (saturated(similarities, count, middle) <= saturatedShare) low = middle;
    else high = middle;
  }
  // rounded down: rounding up could cross the limit
  const digits = 10 ** (2 - Math.floor(Math.log10(low)));
  return Math.floor(low * digits) / digits;
}

/** The share of saturated scores at a scale. */
function saturated(similarities: Float32Array, count: number, scale: number): number {
  const outside = scoresOf(similarities, count, scale).filter((score) => score < lowest || score > highest);
  return outside.length / count;
}

/** mean over pairs of softmax(scale [positive, negative])[0], as the exported graph computes it. */
export function scoresOf(similarities: Float32Array, count: number, scale: number): number[] {
  const size = similarities.length / count;
  return Array.from({ length: count }, (_, index) => {
    let sum = 0;
    for (let at = index * size; at < (index + 1) * size; at += 2) {
      sum += 1 / (1 + Math.exp(scale * (similarities[at + 1]! - similarities[at]!)));
    }
    return sum / (size / 2);
  });
}
