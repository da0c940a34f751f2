/**
 * The operators that ONNX Runtime computes with blocked channels on the CPU: of [N, C, H, W], a block of channels lies together, as
 * [N, C / block, H, W, block]. Its direct convolution of that layout is up to twice as fast as that of plain images, but it chooses the layout by itself only where weights are
 * constants, as they never are in training. Blocked values keep their logical shape [N, C, H, W].
 */

import { type ContributedOperator, notDifferentiable, type Operator } from '../../graph/operator.js';
import { averagePool } from '../../graph/operators/average-pool.js';
import { conv } from '../../graph/operators/conv.js';
import { fixedShape } from '../../graph/value.js';

const contributed = { domain: 'com.microsoft.nchwc', half: 'never', inFiles: 'never' } as const;
const x = { name: 'X', gradient: notDifferentiable } as const;
const undifferentiated = ({ inputs }: Operator): Operator['inputs'] => inputs.map((input) => ({ ...input, gradient: notDifferentiable }));

export const blockedOperators = {
  /** Plain, or [N, H, W, C] (`channels_last` 1), to blocked. */
  reorderInput: {
    name: 'ReorderInput',
    ...contributed,
    inputs: [x],
    attributes: { channels_last: 'int' },
    infer: (node) => {
      const { dataType, shape } = node.input(0);
      return { dataType, shape: node.integer('channels_last', 0) === 1 ? [shape[0]!, shape[3]!, shape[1]!, shape[2]!] : shape };
    },
  },
  /** Blocked to plain, or to [N, H, W, C] (`channels_last` 1). */
  reorderOutput: {
    name: 'ReorderOutput',
    ...contributed,
    inputs: [x],
    attributes: { channels: 'int', channels_last: 'int' },
    infer: (node) => {
      const { dataType, shape } = node.input(0);
      return { dataType, shape: node.integer('channels_last', 0) === 1 ? [shape[0]!, ...shape.slice(2), shape[1]!] : shape };
    },
  },
  /** activation(conv(X, W) + B + Sum), the filters W ordered as in `orderedFilters`. With fewer channels than a block, X is plain. */
  conv: {
    ...conv,
    name: 'Conv',
    ...contributed,
    inputs: [...undifferentiated(conv), { name: 'Sum', gradient: notDifferentiable, optional: true }],
    attributes: { ...conv.attributes, activation: 'string' },
  },
  averagePool: { ...averagePool, name: 'AveragePool', ...contributed, inputs: undifferentiated(averagePool) },
  /** [N, C, 1, 1], which is the same blocked or plain. */
  globalAveragePool: {
    name: 'GlobalAveragePool',
    ...contributed,
    inputs: [x],
    infer: (node) => {
      const { dataType, shape } = node.input(0);
      return { dataType, shape: [...shape.slice(0, 2), 1, 1] };
    },
  },
  /** Repeats pixels: `scales` are whole numbers. */
  upsample: {
    name: 'Upsample',
    ...contributed,
    inputs: [x],
    attributes: { scales: 'ints', mode: 'string' },
    infer: (node) => {
      const { dataType, shape } = node.input(0);
      const scales = node.integers('scales', []);
      return { dataType, shape: fixedShape(shape, 'Upsample').map((size, axis) => size * scales[axis]!) };
    },
  },
} as const satisfies Record<string, ContributedOperator>;
