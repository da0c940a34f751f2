/** Kernel, strides and padding of a two-dimensional convolution: its shape rule and both of its gradients need them. */
import type { NodeContext } from './operator.js';
import { type Dimension, fixedShape } from './value.js';

export interface ConvolutionGeometry {
  /** [rows, columns] */
  readonly kernel: readonly number[];
  /** [down, right] */
  readonly strides: readonly number[];
  /** [top, left, bottom, right] */
  readonly pads: readonly number[];
  /** Distance of neighboring elements of the kernel, [down, right]; 1: none is left out between them. */
  readonly dilations: readonly number[];
  /** Parts into which the channels divide, those of the input and the filters alike: each filter sees one part. */
  readonly group: number;
}

/** Elements from the first to the last that the kernel touches along an axis. */
export function reach({ kernel, dilations }: ConvolutionGeometry, axis: number): number {
  return (kernel[axis]! - 1) * dilations[axis]! + 1;
}

/** Number of windows along an axis: floor((size - taken) / stride) + 1, or rounded up. */
export function outputSize(size: Dimension, taken: number, stride: number, round: 'floor' | 'ceil' = 'floor'): Dimension {
  if (typeof size === 'number') return Math[round]((size - taken) / stride) + 1;
  if (stride === 1) return taken === 1 ? size : `${size}-${taken - 1}`;
  return `${round}((${size}-${taken})/${stride})+1`;
}

/** The geometry of a Conv node or of its gradient by weights. @throws Error when its attributes contradict its weights or are not two-dimensional. */
export function convolutionGeometry(node: NodeContext): ConvolutionGeometry {
  const kernel = fixedShape(node.input(1).shape.slice(2), 'the kernel of Conv');
  const stated = node.integers('kernel_shape', kernel);
  if (stated.join() !== kernel.join()) throw new Error(`kernel_shape [${stated}] is not that of ${node.input(1).name}, [${kernel}]`);
  return geometryOf(node, kernel);
}

/** The geometry that a node's attributes state, with this kernel. @throws Error when they are not two-dimensional. */
export function geometryOf(node: NodeContext, kernel: readonly number[]): ConvolutionGeometry {
  const strides = node.integers('strides', [1, 1]);
  const pads = node.integers('pads', [0, 0, 0, 0]);
  const dilations = node.integers('dilations', [1, 1]);
  const group = node.integer('group', 1);
  if (kernel.length !== 2 || strides.length !== 2 || pads.length !== 4 || dilations.length !== 2) {
    throw new Error(
      `2 sizes of the kernel, 2 strides, 4 pads and 2 dilations expected, received [${kernel}], [${strides}], [${pads}] and [${dilations}]`,
    );
  }
  if ([...kernel, ...strides, ...dilations, group].some((size) => size < 1) || pads.some((size) => size < 0)) {
    throw new Error(`strides [${strides}], dilations [${dilations}] and group ${group} must be at least 1, pads [${pads}] at least 0`);
  }
  return { kernel, strides, pads, dilations, group };
}

/** The row and the column of the padded input that an element of the kernel, counted row by row, meets in the first window. */
export function windowStart({ kernel, dilations }: ConvolutionGeometry, element: number): readonly [number, number] {
  return [Math.floor(element / kernel[1]!) * dilations[0]!, (element % kernel[1]!) * dilations[1]!];
}
