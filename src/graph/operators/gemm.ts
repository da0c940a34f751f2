/** Gemm: Z = alpha A' B' + beta C for matrices, where A' is A or (`transA` 1) its transpose, B' likewise; C is broadcast. */
import type { AttributeValue, NodeContext, Operator } from '../operator.js';
import { requireRank, requireSameType } from '../shape-rules.js';
import { broadcastShapes, formatShape, sameShape, type Value } from '../value.js';

export const gemm: Operator = {
  half: 'accumulate',
  sums: {
    length: ({ inputs, attributes }) => inputs[0]!.shape[attributes.transA === 1 ? 0 : 1] as number,
    axes: ({ attributes }, input) => (input === 1 ? (attributes.transB === 1 ? [1, 1] : [0, 0]) : undefined),
  },
  inFiles: 'same',
  inputs: [
    // dA' = alpha dZ B'^T
    {
      name: 'A',
      gradient: (node) => {
        const { graph, gradient } = node;
        const { alpha, transA, transB } = settings(node);
        const b = node.input(1);
        return transA === 0
          ? graph.add('Gemm', [gradient, b], { alpha, transB: 1 - transB })
          : graph.add('Gemm', [b, gradient], { alpha, transA: transB, transB: 1 });
      },
    },
    // dB' = alpha A'^T dZ
    {
      name: 'B',
      gradient: (node) => {
        const { graph, gradient } = node;
        const { alpha, transA, transB } = settings(node);
        const a = node.input(0);
        return transB === 0
          ? graph.add('Gemm', [a, gradient], { alpha, transA: 1 - transA })
          : graph.add('Gemm', [gradient, a], { alpha, transA: 1, transB: transA });
      },
    },
    // dC = beta dZ; scaled after its rows have been summed where C is one row
    {
      name: 'C',
      optional: true,
      gradient: (node) => {
        const { graph, gradient } = node;
        const { beta } = settings(node);
        const { shape } = node.input(2);
        const oneRow = shape.length === 1 || (shape.length === 2 && shape[0] === 1);
        const sum = oneRow ? graph.add('ReduceSum', [gradient, graph.integers(0)], { keepdims: shape.length - 1 }) : gradient;
        return beta === 1 ? sum : graph.add('Mul', [sum, beta]);
      },
    },
  ],
  attributes: { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' },
  infer: (node) => {
    const [a, b] = [node.input(0), node.input(1)];
    const c = node.optionalInput(2);
    requireSameType(c ? [a, b, c] : [a, b]);
    requireRank(a, 2);
    requireRank(b, 2);
    const { transA, transB } = settings(node);
    const [rows, inner] = sizes(a, transA);
    const [met, columns] = sizes(b, transB);
    if (inner !== met) throw new Error(`${inner} columns do not meet ${met} rows`);
    const shape = [rows, columns];
    if (c && !sameShape(broadcastShapes(c.shape, shape), shape)) {
      throw new Error(`${c.name} ${formatShape(c.shape)} does not broadcast to ${formatShape(shape)}`);
    }
    return { dataType: a.dataType, shape };
  },
};

/** Rows and columns of a matrix or of its transpose. */
function sizes({ shape }: Value, transposed: number) {
  return transposed === 0 ? ([shape[0]!, shape[1]!] as const) : ([shape[1]!, shape[0]!] as const);
}

function settings(node: NodeContext): { alpha: number; beta: number; transA: number; transB: number } {
  const given = (name: string, otherwise: number): number => {
    const value: AttributeValue | undefined = node.attributes[name];
    return typeof value === 'number' ? value : otherwise;
  };
  return { alpha: given('alpha', 1), beta: given('beta', 1), transA: given('transA', 0), transB: given('transB', 0) };
}
