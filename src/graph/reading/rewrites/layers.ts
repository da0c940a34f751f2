/** Convolutions, reductions and resizing. */
import { fixedShape, formatShape, type Value } from '../../value.js';
import type { ReadNode, Rewrite } from '../read-node.js';
import { padding } from './pool-padding.js';

export const layers: Readonly<Record<string, Rewrite>> = {
  Conv: (node) => {
    const kernel = fixedShape(node.input(1).shape.slice(2), 'the kernel of Conv');
    const ones = kernel.map(() => 1);
    const pads = padding(node, kernel, node.numbers('strides') ?? ones, node.numbers('dilations') ?? ones);
    return node.graph.add('Conv', node.inputs, { ...node.pass('kernel_shape', 'strides', 'dilations', 'group'), pads });
  },

  ReduceMax: reduction('ReduceMax'),
  ReduceMean: reduction('ReduceMean'),
  ReduceSum: reduction('ReduceSum'),
  ReduceSumSquare: reduction('ReduceSumSquare'),
  // sqrt(sum x^2)
  ReduceL2: (node) => node.graph.add('Sqrt', [reduction('ReduceSumSquare')(node) as Value]),
  // an embedding that is resized to the size that it has already stays as it is
  Resize: (node) => {
    const { graph } = node;
    const x = node.input(0);
    node.pass('nearest_mode', 'extrapolation_value');
    const attributes = node.pass('mode', 'coordinate_transformation_mode', 'cubic_coeff_a');
    node.require('exclude_outside', 0);
    node.require('antialias', 0);
    const sizes = node.optional(3)?.elements ?? scaledSizes(node, x);
    if (formatShape(sizes) === formatShape(x.shape)) return x;
    return graph.add('Resize', [x, null, null, graph.integers(...fixedShape(sizes, 'Resize'))], attributes);
  },
};

/** A reduction whose axes are an attribute in older operator sets, an input in newer ones. */
function reduction(operator: 'ReduceMax' | 'ReduceMean' | 'ReduceSum' | 'ReduceSumSquare'): Rewrite {
  return (node) => {
    const { graph } = node;
    const axes = node.integers('axes', 1);
    const keepdims = node.number('keepdims', 1);
    const keepsAll = node.number('noop_with_empty_axes', 0) === 1;
    if (axes?.length) return graph.add(operator, [node.input(0), graph.integers(...axes)], { keepdims });
    if (keepsAll) throw new Error('a reduction of no axis is not supported');
    return graph.add(operator, [node.input(0)], { keepdims });
  };
}

/** @throws Error where sizes are not whole: what they are then depends on the implementation. */
function scaledSizes(node: ReadNode, { shape }: Value): number[] {
  const scales = node.graph.constantOf(node.input(2));
  if (!scales) throw new Error('its scales must be constant');
  return fixedShape(shape, 'Resize').map((size, axis) => {
    const scaled = size * Number(scales.data[axis]);
    const whole = Math.round(scaled);
    if (!(Math.abs(scaled - whole) <= 1e-3)) throw new Error(`scale ${scales.data[axis]} of size ${size} is not a whole size`);
    return whole;
  });
}
