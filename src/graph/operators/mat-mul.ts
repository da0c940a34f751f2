/** MatMul: Z = X Y over the last two axes, the others broadcast. */

import type { Graph } from '../graph.js';
import type { Operator } from '../operator.js';
import { requireSameType } from '../shape-rules.js';
import { broadcastShapes, fixedShape, type Value } from '../value.js';

export const matMul: Operator = {
  half: 'accumulate',
  sums: {
    length: ({ inputs }) => inputs[0]!.shape.at(-1) as number,
    axes: ({ inputs }, input) => {
      const axis = inputs[input]!.shape.length - (input === 1 ? 2 : 1);
      return [axis, axis];
    },
  },
  inFiles: 'same',
  inputs: [
    // dX = dZ Y^T
    { name: 'A', gradient: (node) => node.graph.add('MatMul', [node.gradient, transposed(node.graph, node.input(1))]) },
    // dY = X^T dZ; for a matrix Y shared by a whole batch, one product over all rows of the batch
    {
      name: 'B',
      gradient: (node) => {
        const { graph, gradient } = node;
        const [x, y] = [node.input(0), node.input(1)];
        if (y.shape.length > 2 || x.shape.length === 2) return graph.add('MatMul', [transposed(graph, x), gradient]);
        const [inner, columns] = fixedShape(y.shape, 'the gradient of MatMul');
        const rows = graph.add('Reshape', [x, graph.integers(-1, inner!)]);
        return graph.add('MatMul', [transposed(graph, rows), graph.add('Reshape', [gradient, graph.integers(-1, columns!)])]);
      },
    },
  ],
  infer: (node) => {
    const [a, b] = [node.input(0), node.input(1)];
    requireSameType([a, b]);
    if (a.shape.length < 2 || b.shape.length < 2) throw new Error('matrices expected: vectors need an axis of size 1');
    if (a.shape.at(-1) !== b.shape.at(-2)) throw new Error(`${a.shape.at(-1)} columns do not meet ${b.shape.at(-2)} rows`);
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return { dataType: a.dataType, shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!] };
  },
};

function transposed(graph: Graph, value: Value): Value {
  const axes = value.shape.map((_, axis) => axis);
  return graph.add('Transpose', [value], { perm: [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!] });
}
