/** Every operator of the graph in TensorFlow.js: a missing one does not compile. */
import type { OperatorName } from '../../../../graph/operators/table.js';
import type { TensorFlowOperator } from '../tensorflow-operator.js';
import { elementByElement } from './element-by-element.js';
import { rearrangingOperators } from './rearranging.js';
import { reducingOperators } from './reducing.js';
import { windowOperators } from './windows.js';

const table = {
  ...elementByElement,
  ...rearrangingOperators,
  ...reducingOperators,
  ...windowOperators,
} satisfies Record<OperatorName, TensorFlowOperator>;

export const tensorFlowOperators: Readonly<Record<OperatorName, TensorFlowOperator>> = table;
