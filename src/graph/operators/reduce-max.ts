/** ReduceMax: the largest element over some axes (input 1; all when absent). */

import { onnxDataTypes } from '../../tensors/onnx-data-types.js';
import { spreadOverReducedAxes } from '../gradient-of-reduction.js';
import type { Operator } from '../operator.js';
import { stopsGradient } from '../operator.js';
import { reducedAxes, reducedType } from '../shape-rules.js';

export const reduceMax: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  inputs: [
    // dx = dy [x = y] / how many x are y: equal ones share it
    {
      name: 'data',
      gradient: (node) => {
        const { graph, gradient } = node;
        const largest = graph.add('Equal', [node.input(0), spreadOverReducedAxes(node, node.output)]);
        const mask = graph.add('Cast', [largest], { to: onnxDataTypes[gradient.dataType] });
        const count = graph.add('ReduceSum', [mask, graph.integers(...reducedAxes(node))]);
        return graph.add('Mul', [graph.add('Div', [mask, count]), spreadOverReducedAxes(node, gradient)]);
      },
    },
    { name: 'axes', gradient: stopsGradient, optional: true, writtenAsAttribute: true },
  ],
  attributes: { keepdims: 'int' },
  infer: reducedType,
};
