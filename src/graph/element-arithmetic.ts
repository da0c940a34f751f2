/** Known elements through arithmetic: shapes that a graph computes from shapes. */
import type { NodeContext } from './operator.js';
import type { Dimension } from './value.js';

/**
 * The elements of the broadcast result of a function of known scalars and vectors.
 * @param combine returns undefined for what it cannot know
 * @returns undefined where an input or a result is not known
 */
export function elementwise(
  { inputs }: NodeContext,
  combine: (...elements: Dimension[]) => Dimension | undefined,
): readonly Dimension[] | undefined {
  const known = inputs.map((value) => (value && value.shape.length <= 1 ? value.elements : undefined));
  if (!known.every((elements) => elements !== undefined)) return undefined;
  const length = known.some((elements) => elements.length === 0) ? 0 : Math.max(...known.map((elements) => elements.length));
  const results = Array.from({ length }, (_, index) => combine(...known.map((elements) => elements[elements.length === 1 ? 0 : index]!)));
  return results.every((element) => element !== undefined) ? results : undefined;
}

/** Elements of a function of numbers; nothing is known of names. */
export function ofNumbers(compute: (a: number, b: number) => number): (a: Dimension, b: Dimension) => number | undefined {
  return (a, b) => {
    if (typeof a !== 'number' || typeof b !== 'number') return undefined;
    const result = compute(a, b);
    return Number.isSafeInteger(result) ? result : undefined;
  };
}
