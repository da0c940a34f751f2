/** Convolutions, reductions and resizing. */
import { fixedShape, normalizeAxis, type Value } from '../../value.js';
import type { ReadNode, Rewrite } from '../read-node.js';
import { requireSmallConstant } from '../reading-limits.js';
import { padding } from './pool-padding.js';
import { resize } from './resizing.js';
import { rowsAsImages } from './rows-as-images.js';

export const layers: Readonly<Record<string, Rewrite>> = {
  Conv: rowsAsImages((node) => {
    const kernel = fixedShape(node.input(1).shape.slice(2), 'the kernel of Conv');
    const ones = kernel.map(() => 1);
    const pads = padding(node, kernel, node.numbers('strides') ?? ones, node.numbers('dilations') ?? ones);
    return node.graph.add('Conv', node.inputs, { ...node.pass('kernel_shape', 'strides', 'dilations', 'group'), pads });
  }, 2),

  CumSum: cumulativeSum,

  ReduceMax: reduction('ReduceMax'),
  ReduceMean: reduction('ReduceMean'),
  ReduceSum: reduction('ReduceSum'),
  ReduceSumSquare: reduction('ReduceSumSquare'),
  // sqrt(sum x^2), whose gradient at 0 is chosen to be 0, as PyTorch does
  ReduceL2: (node) => {
    const { graph } = node;
    const square = reduction('ReduceSumSquare')(node) as Value;
    const isZero = graph.add('Equal', [square, 0]);
    const root = graph.add('Sqrt', [graph.add('Where', [isZero, graph.numbers(square.dataType, 1), square])]);
    return graph.add('Where', [isZero, graph.numbers(square.dataType, 0), root]);
  },
  Resize: resize,
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

/** Along one axis, a product with a triangle of ones. */
function cumulativeSum(node: ReadNode): Value {
  const { graph } = node;
  const x = node.input(0);
  const axis = normalizeAxis(node.constant(1), x.shape.length);
  const [isExclusive, isReverse] = [node.number('exclusive', 0) === 1, node.number('reverse', 0) === 1];
  const [size] = fixedShape([x.shape[axis]!], 'CumSum') as [number];
  requireSmallConstant([size, size]);
  const counts = (from: number, to: number): boolean => (isReverse ? from > to : from < to) || (!isExclusive && from === to);
  const ones = Array.from({ length: size * size }, (_, index) => Number(counts(Math.floor(index / size), index % size)));
  const swapped = x.shape.map((_, other) => (other === axis ? x.shape.length - 1 : other === x.shape.length - 1 ? axis : other));
  const turned = (value: Value): Value => graph.add('Transpose', [value], { perm: swapped });
  return turned(graph.add('MatMul', [turned(x), graph.numbers(x.dataType, ones, [size, size])]));
}
