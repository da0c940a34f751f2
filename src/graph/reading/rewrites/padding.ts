/** Pad of files: by zeros, by another number, or by what the image has at its edges. */
import { elementCount, floatTensor, type TensorData } from '../../../tensors/tensor-data.js';
import { fixedShape, normalizeAxis, type Shape, type Value } from '../../value.js';
import type { ReadNode } from '../read-node.js';
import { requireSmallConstant } from '../reading-limits.js';

/** Places of an axis and of its padding, along a row that goes on beyond its ends. */
const beyond: Readonly<Record<string, (place: number, size: number) => number>> = {
  edge: (place, size) => Math.min(Math.max(place, 0), size - 1),
  wrap: (place, size) => ((place % size) + size) % size,
  // the edge itself is not repeated
  reflect: (place, size) => {
    const period = Math.max(1, 2 * (size - 1));
    const within = ((place % period) + period) % period;
    return Math.min(within, period - within);
  },
};

export function pad(node: ReadNode): Value {
  const { graph } = node;
  const x = node.input(0);
  const [before, after] = padsOf(node, x.shape);
  node.require('mode', 'constant', ...Object.keys(beyond));
  const placeOf = beyond[String(node.attribute('mode'))];
  const padded = x.shape.flatMap((_, axis) => (before[axis] === 0 && after[axis] === 0 ? [] : [axis]));
  if (padded.length === 0) return x;
  if (placeOf) {
    return padded.reduce((value, axis) => {
      const [size] = fixedShape([x.shape[axis]!], 'Pad') as [number];
      const length = before[axis]! + size + after[axis]!;
      requireSmallConstant([length]);
      const places = Array.from({ length }, (_, index) => placeOf(index - before[axis]!, size));
      return graph.add('Gather', [value, graph.integers(...places)], { axis });
    }, x);
  }
  const zeros = graph.add('Pad', [x, graph.integers(...before, ...after)]);
  const number = node.optional(2) ? node.constant(2) : 0;
  if (number === 0) return zeros;
  return graph.add('Add', [zeros, graph.constant(frame(x.shape, before, after, number))]);
}

/** A number where there is padding and 0 elsewhere, of size 1 along axes without padding. */
function frame(shape: Shape, before: readonly number[], after: readonly number[], number: number): TensorData {
  const sizes = shape.map((size, axis) => (before[axis] === 0 && after[axis] === 0 ? 1 : fixedShape([size], 'Pad')[0]!));
  const padded = sizes.map((size, axis) => before[axis]! + size + after[axis]!);
  requireSmallConstant(padded);
  const values = new Float32Array(elementCount(padded));
  for (let index = 0; index < values.length; index++) {
    let rest = index;
    for (let axis = padded.length - 1; axis >= 0; axis--) {
      const place = (rest % padded[axis]!) - before[axis]!;
      rest = Math.floor(rest / padded[axis]!);
      if (place < 0 || place >= sizes[axis]!) values[index] = number;
    }
  }
  return floatTensor(padded, values);
}

/** Sizes before and after each axis. */
function padsOf(node: ReadNode, shape: Shape): [number[], number[]] {
  const pads = node.integers('pads', 1) ?? [];
  const axes = node.integers('axes', 3)?.map((axis) => normalizeAxis(axis, shape.length)) ?? [...shape.keys()];
  const of = (start: number): number[] => shape.map((_, axis) => (axes.includes(axis) ? (pads[start + axes.indexOf(axis)] ?? 0) : 0));
  return [of(0), of(axes.length)];
}
