/** Softmax: y = e^x / sum e^x along one axis. */
import type { GradientContext, Node, Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';
import { normalizeAxis, sameShape, type Value } from '../value.js';

export const softmax: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  inputs: [
    // dx = (dy - sum(dy y)) y
    {
      name: 'input',
      gradient: (node) => {
        const { graph, gradient, output } = node;
        return graph.add('Mul', [graph.add('Sub', [gradient, weightedSum(node)]), output]);
      },
    },
  ],
  attributes: { axis: 'int' },
  infer: sameAsInput,
};

/**
 * sum(dy y). Of attention z = y V, where dy = dz V^T, it is sum(dz z): a row of values for each query instead of one of probabilities
 * (Dao et al. 2022, arXiv 2205.14135, appendix B.2).
 */
function weightedSum(node: GradientContext): Value {
  const { graph, gradient, output, use } = node;
  const axis = node.integer('axis', -1);
  const sumOf = (a: Value, b: Value, along: number): Value => graph.add('ReduceSum', [graph.add('Mul', [a, b]), graph.integers(along)]);
  return use && isAttention(output, axis, use.node) ? sumOf(use.gradient, use.node.outputs[0]!, -1) : sumOf(gradient, output, axis);
}

/** True where a node takes means of fewer columns than there are weights, and repeats the weights for no batch. */
function isAttention(weights: Value, axis: number, { operator, inputs, outputs }: Node): boolean {
  if (operator !== 'MatMul' || inputs[0] !== weights) return false;
  const last = weights.shape.length - 1;
  const [count, columns] = [weights.shape[last], outputs[0]!.shape.at(-1)];
  const isShorter = typeof columns === 'number' && typeof count === 'number' && columns < count;
  return isShorter && normalizeAxis(axis, last + 1) === last && sameShape(outputs[0]!.shape.slice(0, -1), weights.shape.slice(0, -1));
}
