/** Kernel, strides and padding of a two-dimensional convolution: its shape rule and both of its gradients need them. */
import type { NodeContext } from './operator.js';
import { fixedShape } from './value.js';

export interface ConvolutionGeometry {
  /** [rows, columns] */
  readonly kernel: readonly number[];
  /** [down, right] */
  readonly strides: readonly number[];
  /** [top, left, bottom, right] */
  readonly pads: readonly number[];
}

/** The geometry of a Conv node. @throws Error when its attributes contradict its weights or are not two-dimensional. */
export function convolutionGeometry(node: NodeContext): ConvolutionGeometry {
  const kernel = fixedShape(node.input(1).shape.slice(2), 'the kernel of Conv');
  const stated = node.integers('kernel_shape', kernel);
  if (stated.join() !== kernel.join()) throw new Error(`kernel_shape [${stated}] is not that of ${node.input(1).name}, [${kernel}]`);
  const strides = node.integers('strides', [1, 1]);
  const pads = node.integers('pads', [0, 0, 0, 0]);
  if (strides.length !== 2 || pads.length !== 4) throw new Error(`2 strides and 4 pads expected, received [${strides}] and [${pads}]`);
  return { kernel, strides, pads };
}
