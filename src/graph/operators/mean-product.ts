/**
 * MeanProduct: y = mean of x w over the last axis, [..., n] with [n] -> [..., 1]: what the gradient of a normalization takes its means by. Of the
 * private domain: `lowerMeans` puts nodes in its place that a machine has kernels for.
 */
import { notDifferentiable, type Operator, privateDomain } from '../operator.js';
import { requireSameType, withOnes } from '../shape-rules.js';
import { fixedShape, formatShape } from '../value.js';

export const meanProduct: Operator = {
  domain: privateDomain,
  half: 'never',
  inFiles: 'never',
  inputs: [
    { name: 'X', gradient: notDifferentiable },
    { name: 'W', gradient: notDifferentiable },
  ],
  infer: (node) => {
    const [x, w] = [node.input(0), node.input(1)];
    requireSameType([x, w]);
    const last = x.shape.length - 1;
    fixedShape(w.shape, 'the gradient of a normalization');
    if (w.shape.length !== 1 || w.shape[0] !== x.shape[last]) throw new Error(`${w.name} must be ${formatShape(x.shape.slice(last))}`);
    return { dataType: x.dataType, shape: withOnes(x.shape, [last]) };
  },
};
