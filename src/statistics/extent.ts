/** The least and the largest of any count of numbers: a call takes some ten thousand arguments only. */
export function extentOf(values: readonly number[]): [least: number, largest: number] {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, largest] = [Math.min(least, value), Math.max(largest, value)];
  return [least, largest];
}
