/** Two measures of the same things. */

/** @returns the number of pairs. @throws RangeError when the lists differ in length. */
export function checkPairs(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length)
    throw new RangeError(`expected as many values of one measure as of the other, but received ${x.length} and ${y.length}`);
  return x.length;
}
