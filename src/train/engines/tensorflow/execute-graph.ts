/** The interpreter: executes a graph node by node with the operations of TensorFlow.js. */
import type { OperatorName } from '../../../graph/operators/table.js';
import type { SendableGraph } from '../../../graph/sendable-graph.js';
import type { Value } from '../../../graph/value.js';
import { LaidOutTensor } from './laid-out-tensor.js';
import type { Tensor, TensorFlow } from './load-tensorflow.js';
import { tensorFlowOperators } from './operators/table.js';
import { TensorFlowNode } from './tensorflow-operator.js';

export interface ExecutionOptions {
  /** The tensor of a constant; it is not changed. */
  readonly constant: (value: Value) => Tensor;
  /** The tensor of an input of the graph; it is not changed. */
  readonly input: (name: string) => Tensor;
  /** True when tensors that no later node needs are freed at once: not where TensorFlow.js differentiates its recording. */
  readonly frees: boolean;
}

/** The outputs of a graph, by name. @throws Error naming the node that cannot be computed. */
export function executeGraph(tf: TensorFlow, graph: SendableGraph, { constant, input, frees }: ExecutionOptions): Map<string, Tensor> {
  const computed = new Map<Value, LaidOutTensor>();
  const given = new Map<Value, LaidOutTensor>();
  for (const [name, value] of graph.inputs) given.set(value, LaidOutTensor.inOnnxLayout(tf, input(name)));
  const take = (value: Value): LaidOutTensor => {
    const tensor = computed.get(value) ?? given.get(value) ?? LaidOutTensor.inOnnxLayout(tf, constant(value));
    if (!computed.has(value)) given.set(value, tensor);
    return tensor;
  };
  const lastUses = lastUsesOf(graph);
  for (const [index, node] of graph.nodes.entries()) {
    const { layout, run } = tensorFlowOperators[node.operator as OperatorName];
    const inputs = node.inputs.map((value) => value && take(value));
    const isLast = layout === 'channels-last' || (layout === 'either' && canBeChannelsLast(inputs));
    const tensors = inputs.map((tensor, at) => {
      if (!tensor) return undefined;
      return isLast && (layout === 'either' || at === 0) ? tensor.channelsLast : tensor.onnx;
    });
    const outputs = outputsOf(() => run(new TensorFlowNode(tf, node.inputs, node.attributes, node.outputs, tensors)), node.operator);
    for (const [at, tensor] of outputs.entries()) {
      const isOutputLast = isLast && (layout === 'either' || at === 0);
      const laidOut = isOutputLast ? LaidOutTensor.withChannelsLast(tf, tensor) : LaidOutTensor.inOnnxLayout(tf, tensor);
      computed.set(node.outputs[at]!, laidOut);
    }
    if (!frees) continue;
    for (const value of lastUses[index]!) {
      computed.get(value)?.dispose();
      computed.delete(value);
    }
  }
  return new Map([...graph.outputs].map(([name, value]) => [name, take(value).onnx]));
}

/** True when some input is in that layout and all others can be broadcast in it. */
function canBeChannelsLast(inputs: readonly (LaidOutTensor | null)[]): boolean {
  const tensors = inputs.filter((tensor) => tensor !== null);
  return tensors.some(({ isChannelsLast }) => isChannelsLast) && tensors.every(({ rank }) => rank === 4 || rank === 0);
}

function outputsOf(run: () => Tensor | readonly Tensor[], operator: string): readonly Tensor[] {
  try {
    return [run()].flat();
  } catch (error) {
    throw new Error(`TensorFlow.js cannot compute ${operator}: ${(error as Error).message}`, { cause: error });
  }
}

/** For each node the values that no node after it and no output needs. */
function lastUsesOf({ nodes, outputs }: SendableGraph): Value[][] {
  const needed = new Set(outputs.values());
  const last: Value[][] = [];
  for (const node of [...nodes].reverse()) {
    const own = [...node.inputs, ...node.outputs].filter((value): value is Value => value !== null && !needed.has(value));
    for (const value of own) needed.add(value);
    last.push([...new Set(own)]);
  }
  return last.reverse();
}
