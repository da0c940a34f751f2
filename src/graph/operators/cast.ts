/** Cast: the same values as another element type. */

import { findDataType, onnxDataTypes } from '../../tensors/onnx-data-types.js';
import type { Operator } from '../operator.js';

export const cast: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  elementwise: 'exact',
  // dx = dy, cast back; integers and booleans have no gradient, which the engine knows
  inputs: [
    {
      name: 'X',
      gradient: (node) => node.graph.add('Cast', [node.gradient], { to: onnxDataTypes[node.input(0).dataType] }),
    },
  ],
  attributes: { to: 'int' },
  infer: (node) => {
    const to = node.integer('to', 0);
    const dataType = findDataType(to);
    if (!dataType) throw new Error(`element type ${to} is not supported`);
    const { shape, elements } = node.input(0);
    return { dataType, shape, elements: dataType === 'int64' ? elements : undefined };
  },
};
