/** Padding of windows as older exporters name it, and windows that are only partly on the image. */
import { elementCount, floatTensor } from '../../../tensors/tensor-data.js';
import { type Dimension, fixedShape, type Value } from '../../value.js';
import type { ReadNode } from '../read-node.js';
import { requireSmallConstant } from '../reading-limits.js';

export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** Before the first and after the last pixel of each axis: [top, left, bottom, right]. */
  readonly pads: readonly number[];
}

/**
 * The padding of a node: `pads`, or what `auto_pad` comes to: as much as gives ceil(size / stride) windows, the odd one at the end
 * (SAME_UPPER) or at the beginning (SAME_LOWER).
 */
export function padding(node: ReadNode, kernel: readonly number[], strides: readonly number[], dilations: readonly number[]): number[] {
  node.require('auto_pad', 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER');
  const kind = node.attribute('auto_pad') ?? 'NOTSET';
  const stated = node.numbers('pads') ?? kernel.flatMap(() => [0, 0]);
  if (kind === 'VALID') return kernel.flatMap(() => [0, 0]);
  if (kind === 'NOTSET') return [...stated];
  const sizes = node.input(0).shape.slice(2);
  const totals = kernel.map((size, axis) => totalPadding(sizes[axis]!, (size - 1) * dilations[axis]! + 1, strides[axis]!));
  const before = totals.map((total) => (kind === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2)));
  return [...before, ...totals.map((total, axis) => total - before[axis]!)];
}

function totalPadding(size: Dimension, reach: number, stride: number): number {
  if (stride === 1) return reach - 1;
  const [length] = fixedShape([size], 'padding of the kind SAME with a stride') as [number];
  return Math.max(0, (Math.ceil(length / stride) - 1) * stride + reach - length);
}

/**
 * One over how many pixels each window counts, [1, 1, rows, columns], times the area of a window.
 * @param counted the part of the padding that counts, as `pads`
 */
export function windowShares(
  { shape }: Value,
  { kernel, strides, pads }: Windows,
  counted: readonly number[],
): ReturnType<typeof floatTensor> {
  const sizes = fixedShape(shape.slice(2), 'windows that count a part of their pixels');
  const counts = sizes.map((size, axis) => Math.floor((size + pads[axis]! + pads[axis + 2]! - kernel[axis]!) / strides[axis]!) + 1);
  requireSmallConstant(counts);
  const seen = sizes.map((size, axis) =>
    Array.from({ length: counts[axis]! }, (_, index) => {
      const start = index * strides[axis]! - pads[axis]!;
      return Math.min(start + kernel[axis]!, size + counted[axis + 2]!) - Math.max(start, -counted[axis]!);
    }),
  );
  const [rows, columns] = seen as [number[], number[]];
  const shares = rows.flatMap((row) => columns.map((column) => elementCount(kernel) / (row * column)));
  return floatTensor([1, 1, rows.length, columns.length], shares);
}
