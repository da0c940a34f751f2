/** Reshape: the same elements in another shape (input 1: sizes, 0 copies the input's, one -1 is inferred). */
import type { NodeContext, Operator, OutputType } from '../operator.js';
import { stopsGradient } from '../operator.js';
import { type Dimension, formatShape, product, quotient } from '../value.js';
import { viewGradient } from '../view-gradient.js';

export const reshape: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  isView: true,
  inputs: [
    { name: 'data', gradient: viewGradient('Reshape') },
    { name: 'shape', gradient: stopsGradient },
  ],
  infer: reshapedType,
};

function reshapedType(node: NodeContext): OutputType {
  const { dataType, shape, elements } = node.input(0);
  const target = node.input(1).elements;
  if (!target) throw new Error(`the shape (${node.input(1).name}) must be known while building the graph`);
  const sizes = target.map((size, axis) => {
    if (size !== 0) return size;
    if (shape[axis] === undefined) throw new Error(`size 0 at axis ${axis} copies an axis that the input does not have`);
    return shape[axis];
  });
  if (sizes.filter((size) => size === -1).length > 1) throw new Error('at most one size may be -1');
  const inferred = sizes.indexOf(-1);
  if (inferred >= 0) sizes[inferred] = inferredSize(shape, sizes.toSpliced(inferred, 1));
  else if (product(sizes) !== product(shape)) throw new Error(`${formatShape(shape)} does not fill ${formatShape(sizes)}`);
  const isKnown = sizes.length <= 2 && sizes.every((size) => typeof size === 'number');
  return { dataType, shape: sizes, elements: isKnown ? elements : undefined };
}

function inferredSize(shape: readonly Dimension[], sizes: readonly Dimension[]): Dimension {
  const size = quotient(shape, sizes);
  if (size === undefined) throw new Error(`${formatShape(shape)} cannot be divided into ${formatShape(sizes)}`);
  return size;
}
