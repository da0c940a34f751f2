/** Reduces many values to a few with the least error. */

/**
 * The quantizer of least squared error: classes of neighboring values, each replaced by its mean. Its thresholds are those of Otsu, "A threshold selection
 * method from gray-level histograms" (IEEE Trans. SMC 9, 1979), for several classes; found exactly, by dynamic programming.
 * @param data bytes whose histogram decides
 * @param classes 1 or more
 * @returns a table of 256 entries, for `lookUpBytes`
 */
export function optimalQuantizer(data: Uint8Array, classes: number): Uint8Array {
  // Sums of 1, v and v^2 over values below v.
  const [counts, sums, squares] = [new Float64Array(257), new Float64Array(257), new Float64Array(257)];
  for (let index = 0; index < data.length; index++) counts[data[index]! + 1]!++;
  for (let value = 0; value < 256; value++) {
    const count = counts[value + 1]!;
    counts[value + 1]! += counts[value]!;
    sums[value + 1] = sums[value]! + count * value;
    squares[value + 1] = squares[value]! + count * value * value;
  }
  // error[end]: least error of values below `end` in the classes so far; its last class starts at starts[class][end]. That start lies neither
  // before the one with a class fewer nor after the one with an end further on (Knuth, "Optimum binary search trees", Acta Informatica 1, 1971).
  let error = new Float64Array(257).fill(Number.POSITIVE_INFINITY);
  error[0] = 0;
  const starts: Uint16Array[] = [];
  for (let index = 0; index < classes; index++) {
    const next = new Float64Array(257);
    const start = new Uint16Array(257);
    for (let end = 256; end > 0; end--) {
      let least = Number.POSITIVE_INFINITY;
      const [lowest, highest] = [starts.at(-1)?.[end] ?? 0, end === 256 ? 255 : Math.min(start[end + 1]!, end - 1)];
      for (let from = lowest; from <= highest; from++) {
        const count = counts[end]! - counts[from]!;
        const sum = sums[end]! - sums[from]!;
        const candidate = error[from]! + squares[end]! - squares[from]! - (count > 0 ? (sum * sum) / count : 0);
        if (candidate < least) {
          least = candidate;
          start[end] = from;
        }
      }
      next[end] = least;
    }
    error = next;
    starts.push(start);
  }
  const table = new Uint8Array(256);
  for (let index = classes - 1, end = 256; end > 0; index--) {
    const from = starts[index]![end]!;
    table.fill(Math.round((sums[end]! - sums[from]!) / Math.max(1, counts[end]! - counts[from]!)), from, end);
    end = from;
  }
  return table;
}
