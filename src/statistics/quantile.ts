/** Quantiles and percentiles. */

/**
 * The value below which a share of the values lies, interpolated in a straight line between neighbors (R's type 7, numpy's
 * default). NaN for no values, or when one is NaN.
 * @param share 0 is the smallest value, 0.5 the median, 1 the largest.
 * @throws RangeError when the share is not from 0 to 1.
 */
export function quantile(values: ArrayLike<number>, share: number): number {
  return quantiles(values, [share])[0]!;
}

/** Several quantiles of the same values, sorted once. */
export function quantiles(values: ArrayLike<number>, shares: readonly number[]): number[] {
  const wrong = shares.find((share) => !(share >= 0 && share <= 1));
  if (wrong !== undefined) throw new RangeError(`a share must be from 0 to 1, but received ${wrong}`);
  // Typed arrays sort NaN last.
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0 || Number.isNaN(sorted.at(-1))) return shares.map(() => Number.NaN);
  return shares.map((share) => {
    const place = share * (sorted.length - 1);
    const low = sorted[Math.floor(place)]!;
    const high = sorted[Math.ceil(place)]!;
    // Equal neighbors stay equal, infinite ones too.
    return low === high ? low : low + (high - low) * (place - Math.floor(place));
  });
}
