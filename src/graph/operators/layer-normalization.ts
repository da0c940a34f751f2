/**
 * LayerNormalization: y = scale n + bias with n = (x - mean) / sqrt(variance + epsilon), both over the last axis (Ba et al. 2016,
 * arXiv 1607.06450). Further outputs: the mean and 1 / sqrt(variance + epsilon), [..., 1].
 */
import type { GradientContext, Operator } from '../operator.js';
import { requireSameType, withOnes } from '../shape-rules.js';
import { normalizeAxis, type Value } from '../value.js';

export const layerNormalization: Operator = {
  half: 'normalize',
  inFiles: 'rewritten',
  inputs: [
    // with g = scale dy and means over the last axis: dx = (g - mean(g) - n mean(g n)) / sqrt(variance + epsilon)
    {
      name: 'X',
      gradient: (node) => {
        if (node.outputGradients[1] ?? node.outputGradients[2]) throw new Error('the gradient of the statistics is not implemented');
        const { graph, gradient } = node;
        const scale = node.input(1);
        const shift = graph.add('MeanProduct', [gradient, scale]);
        const slope = graph.add('MeanProduct', [projected(node), scale]);
        const scaled = graph.add('Sub', [graph.add('Mul', [gradient, scale]), shift]);
        return graph.add('Mul', [graph.add('Sub', [scaled, graph.add('Mul', [normalized(node), slope])]), node.outputs[2]!]);
      },
    },
    // dscale = sum of dy n
    { name: 'Scale', gradient: projected },
    // dbias = sum of dy
    { name: 'B', gradient: ({ gradient }) => gradient, optional: true },
  ],
  attributes: { axis: 'int', epsilon: 'float' },
  infer: (node) => {
    const { dataType, shape, name } = node.input(0);
    const vectors = [node.input(1), node.optionalInput(2)].filter((value) => value !== undefined);
    requireSameType([node.input(0), ...vectors]);
    const last = shape.length - 1;
    if (normalizeAxis(node.integer('axis', -1), shape.length) !== last) throw new Error(`only the last axis of ${name} can be normalized`);
    for (const vector of vectors) {
      if (vector.shape.length !== 1 || vector.shape[0] !== shape[last]) throw new Error(`${vector.name} must be [${shape[last]}]`);
    }
    // computed in single precision: the attribute stash_type, 1 by default
    const statistic = { dataType: dataType === 'float16' ? ('float32' as const) : dataType, shape: withOnes(shape, [last]) };
    return [{ dataType, shape }, statistic, statistic];
  },
};

/** n = (x - mean) / sqrt(variance + epsilon) */
function normalized(node: GradientContext): Value {
  const centered = node.graph.add('Sub', [node.input(0), node.outputs[1]!]);
  return node.graph.add('Mul', [centered, node.outputs[2]!]);
}

/** dy n */
function projected(node: GradientContext): Value {
  return node.graph.add('Mul', [node.gradient, normalized(node)]);
}
