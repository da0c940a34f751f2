/** Softmax: y = e^x / sum e^x along one axis. */
import type { GradientContext, Operator } from '../operator.js';
import { sameAsInput } from '../shape-rules.js';
import { sameShape, type Value } from '../value.js';

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
  const rank = output.shape.length;
  const axis = node.integer('axis', -1);
  const sumOf = (a: Value, b: Value, along: number): Value => graph.add('ReduceSum', [graph.add('Mul', [a, b]), graph.integers(along)]);
  if (use?.node.operator !== 'MatMul' || use.node.inputs[0] !== output || (axis !== -1 && axis !== rank - 1)) {
    return sumOf(gradient, output, axis);
  }
  const [attended] = use.node.outputs;
  const [columns, weights] = [attended!.shape.at(-1), output.shape.at(-1)];
  const isShorter = typeof columns === 'number' && typeof weights === 'number' && columns < weights;
  // values of a batch that the probabilities are repeated for
  const isRepeated = !sameShape(attended!.shape.slice(0, -1), output.shape.slice(0, -1));
  return isShorter && !isRepeated ? sumOf(use.gradient, attended!, -1) : sumOf(gradient, output, axis);
}
