/** Initializers of an ONNX file that are trained: the file does not say so, but the nodes that use them do. */

import { type GradientRule, notDifferentiable, stopsGradient } from '../graph/operator.js';
import { type OperatorName, operators } from '../graph/operators/table.js';
import { neededNodes } from '../graph/reading/add-model.js';
import type { OnnxModel } from '../graph/reading/onnx-model.js';
import { encoderPrefix } from './backbone.js';
import type { ParameterSpec } from './parameters.js';
import { allFinite } from './weights/read-parameters.js';

/** Operators that pass their first input on, so that what uses their result uses it. */
const passing: readonly string[] = ['Identity', 'Cast', 'Transpose', 'Reshape', 'Slice', 'Squeeze', 'Unsqueeze', 'Expand'];
const products: readonly string[] = ['Conv', 'Gemm', 'MatMul'];

type Use = 'product' | 'statistic' | 'constant' | 'other';

/**
 * The parameters of a model by the names that its initializers have: floating-point tensors of several finite elements through
 * which gradients flow, and as buffers the statistics of batch normalization. Other initializers are constants, masks of
 * attention among them, which have infinities. Matrices and filters decay, as in `ParameterSpec`.
 */
export function onnxParameters(model: OnnxModel, outputs: readonly string[]): Map<string, ParameterSpec> {
  const uses = usesOf(model, outputs);
  const specs = new Map<string, ParameterSpec>();
  for (const [name, tensor] of model.initializers) {
    const own = uses.get(name);
    if (!own || tensor.dataType !== 'float32' || tensor.data.length < 2 || !allFinite(tensor.data as Float32Array)) continue;
    const isStatistic = own.has('statistic');
    if (!isStatistic && !own.has('product') && !own.has('other')) continue;
    specs.set(name, {
      name: `${encoderPrefix}${name}`,
      shape: tensor.shape,
      role: isStatistic ? 'buffer' : 'parameter',
      weightDecay: own.has('product') && tensor.shape.length > 1,
      // a copy: the state that it becomes is written to
      initialize: () => ({ ...tensor, data: tensor.data.slice() }),
    });
  }
  return specs;
}

function usesOf(model: OnnxModel, outputs: readonly string[]): ReadonlyMap<string, ReadonlySet<Use>> {
  const uses = new Map<string, Set<Use>>();
  const add = (name: string, more: Iterable<Use>): void => {
    const own = uses.get(name) ?? new Set();
    for (const use of more) own.add(use);
    uses.set(name, own);
  };
  // from the last node to the first: what a result is used for is known before what it is made from
  for (const node of neededNodes(model, outputs).reverse()) {
    for (const [index, name] of node.inputs.entries()) {
      if (passing.includes(node.operator)) add(name, uses.get(node.outputs[0] ?? '') ?? []);
      else add(name, [useOf(node.operator, index)]);
    }
  }
  return uses;
}

function useOf(operator: string, index: number): Use {
  if (operator === 'BatchNormalization' && index >= 3) return 'statistic';
  if (products.includes(operator) && index < 2) return 'product';
  const inputs: readonly { gradient: GradientRule | symbol }[] | undefined = operators[operator as OperatorName]?.inputs;
  const rule = inputs?.[Math.min(index, inputs.length - 1)]?.gradient;
  return rule === notDifferentiable || rule === stopsGradient ? 'constant' : 'other';
}
