/** The values that flow along a graph: name, element type, shape, and what is known of their content. */
import type { DataType } from '../tensors/tensor-data.js';
import type { Node } from './operator.js';

/** A size known while building, or the name of one that is known when the graph runs (`'batch'`, `'floor(height/2)'`). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export interface Value {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: Shape;
  /**
   * The elements of a scalar or vector of int64 (or bool, as 0 and 1) where they are known while building, so that shapes computed
   * by the graph itself (Shape -> Gather -> Concat -> Reshape) are known too; of a matrix row by row: PyTorch's exporter turns the
   * sizes of a padding around as one of [axes, 2].
   */
  readonly elements?: readonly Dimension[];
  /** The node that computes the value; absent for inputs and constants. */
  readonly producer?: Node;
}

/** Elements are known of values up to this length: shapes, axes, indices. */
export const mostElements = 4096;

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The sizes of a shape. @throws Error when one of them is a name: the caller needs a fixed shape, for the stated reason. */
export function fixedShape(shape: Shape, reason: string): number[] {
  return shape.map((size) => {
    if (typeof size === 'number') return size;
    throw new Error(`${reason} needs a fixed shape, received ${formatShape(shape)}`);
  });
}

/** An axis counted from the front. @throws RangeError when it lies outside -rank..rank-1. */
export function normalizeAxis(axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) throw new RangeError(`axis ${axis} lies outside a tensor of rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** The product of sizes: a number, or a name such as `4*(batch)*(height)`, the same for equal factors in any order. */
export function product(sizes: Shape): Dimension {
  if (sizes.every((size): size is number => typeof size === 'number')) return sizes.reduce((total, size) => total * size, 1);
  const all = sizes.flatMap(factors);
  const fixed = all.reduce<number>((total, size) => (typeof size === 'number' ? total * size : total), 1);
  const named = all.filter((size) => typeof size === 'string').sort();
  if (named.length === 0) return fixed;
  if (fixed === 1 && named.length === 1) return named[0]!;
  return [...(fixed === 1 ? [] : [fixed]), ...named.map((name) => `(${name})`)].join('*');
}

/** The sizes whose product a name stands for: of `4*(batch)*(height)`, 4, `batch` and `height`; any other size is its own factor. */
export function factors(size: Dimension): Dimension[] {
  if (typeof size === 'number' || !size.endsWith(')')) return [size];
  const found: Dimension[] = [];
  let depth = 0;
  let start = 0;
  for (const [index, character] of [...`${size}*`].entries()) {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (depth === 0 && (character === '+' || character === '-')) return [size];
    else if (depth === 0 && character === '*') {
      const part = size.slice(start, index);
      if (/^\d+$/.test(part)) found.push(Number(part));
      else if (part.startsWith('(') && part.endsWith(')')) found.push(part.slice(1, -1));
      else return [size];
      start = index + 1;
    }
  }
  return found;
}

/** product(sizes) / product(divisors), where equal names cancel; undefined where a remainder is left. */
export function quotient(sizes: Shape, divisors: Shape): Dimension | undefined {
  const remaining = sizes.flatMap(factors);
  let divisor = 1;
  for (const size of divisors.flatMap(factors)) {
    if (typeof size === 'number') divisor *= size;
    else if (remaining.includes(size)) remaining.splice(remaining.indexOf(size), 1);
    else return undefined;
  }
  const fixed = remaining.reduce<number>((total, size) => (typeof size === 'number' ? total * size : total), 1);
  const named = remaining.filter((size) => typeof size === 'string');
  return divisor === 0 || fixed % divisor !== 0 ? undefined : product([fixed / divisor, ...named]);
}

/** The sum of sizes: a number, or a name such as `1+(height)*(width)`. */
export function sum(sizes: Shape): Dimension {
  const fixed = sizes.reduce<number>((total, size) => (typeof size === 'number' ? total + size : total), 0);
  const named = sizes.filter((size) => typeof size === 'string').sort();
  if (named.length === 0) return fixed;
  return [...(fixed === 0 ? [] : [fixed]), ...named].join('+');
}

/**
 * The shape that two shapes broadcast to (ONNX multidirectional broadcasting). Equal names match; a name against 1 keeps the name.
 * @throws Error when two sizes neither match nor are 1.
 */
export function broadcastShapes(a: Shape, b: Shape): Dimension[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new Error(`${formatShape(a)} and ${formatShape(b)} do not broadcast: ${left} against ${right}`);
  });
}
