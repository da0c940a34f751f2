/** Reshape: the same elements in another shape (input 1: sizes, 0 copies the input's, one -1 is inferred). */
import type { NodeContext, Operator, OutputType } from '../operator.js';
import { stopsGradient } from '../operator.js';
import { type Dimension, factors, fixedShape, formatShape, product } from '../value.js';

export const reshape: Operator = {
  inputs: [
    // dx = dy in the shape of x
    {
      name: 'data',
      gradient: (node) => {
        const shape = fixedShape(node.input(0).shape, 'the gradient of Reshape');
        return node.graph.add('Reshape', [node.gradient, node.graph.integers(...shape)]);
      },
    },
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
  if (inferred >= 0)
    sizes[inferred] = quotient(
      shape,
      sizes.filter((_, axis) => axis !== inferred),
    );
  else if (product(sizes) !== product(shape)) throw new Error(`${formatShape(shape)} does not fill ${formatShape(sizes)}`);
  return { dataType, shape: sizes, elements: sizes.length <= 1 ? elements : undefined };
}

/** product(shape) / product(sizes), where equal names cancel. */
function quotient(shape: readonly Dimension[], sizes: readonly Dimension[]): Dimension {
  const remaining = shape.flatMap(factors);
  let divisor = 1;
  for (const size of sizes.flatMap(factors)) {
    if (typeof size === 'number') divisor *= size;
    else if (remaining.includes(size)) remaining.splice(remaining.indexOf(size), 1);
    else throw new Error(`${formatShape(shape)} cannot be divided into ${formatShape(sizes)}`);
  }
  const fixed = remaining.reduce<number>((total, size) => (typeof size === 'number' ? total * size : total), 1);
  const named = remaining.filter((size) => typeof size === 'string');
  if (divisor === 0 || fixed % divisor !== 0) {
    throw new Error(`${formatShape(shape)} cannot be divided into ${formatShape(sizes)}`);
  }
  return product([fixed / divisor, ...named]);
}
