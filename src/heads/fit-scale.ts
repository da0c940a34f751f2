/** The scale of a score, fitted without labels. */

/** Scores beyond these are saturated: at the ends, different measurements give practically the same score. */
const [lowest, highest] = [0.001, 0.999];
const saturatedShare = 0.01;
/** The scale of QualiCLIP's and CLIP-IQA's scores with a pretrained CLIP, whose similarities lie close together. */
export const publishedScale = 100;

/**
 * The largest scale up to 100, to three digits, at which at most 1 % of scores lie outside .001 - .999. A trained ranker's measurements lie
 * further apart than CLIP's: at 100, its scores would be 0 or 1.
 * @param scoresAt scores of the same crops at any scale
 */
export async function fitScale(scoresAt: (scale: number) => Promise<readonly number[]>): Promise<number> {
  const isSaturated = async (scale: number): Promise<boolean> => {
    const scores = await scoresAt(scale);
    return scores.filter((score) => score < lowest || score > highest).length / scores.length > saturatedShare;
  };
  let [low, high] = [0.01, publishedScale];
  if (!(await isSaturated(high))) return high;
  while (high / low > 1.0005) {
    const middle = Math.sqrt(low * high);
    if (await isSaturated(middle)) high = middle;
    else low = middle;
  }
  // rounded down: rounding up could cross the limit
  const digits = 10 ** (2 - Math.floor(Math.log10(low)));
  return Math.floor(low * digits) / digits;
}
