/**
 * The thread that owns TensorFlow.js, whose operations block their thread. Inputs that a call does not feed, as in ONNX Runtime's thread,
 * come from the state, and outputs named `next.<name>` replace the state's tensor <name>.
 */
import type { SendableGraph } from '../../../graph/sendable-graph.js';
import { nextPrefix } from '../../../graph/state-names.js';
import type { Value } from '../../../graph/value.js';
import { answerRequests } from '../../../support/threads/answer-requests.js';
import type { DataType, NamedTensors, TensorData } from '../../../tensors/tensor-data.js';
import { transferable } from '../../../tensors/tensor-data.js';
import { executeGraph } from './execute-graph.js';
import { loadTensorFlow, type Scalar, type Tensor, type TensorFlow, type Variable } from './load-tensorflow.js';
import { fromTensor, toTensor } from './tensor-types.js';
import type { GradientRequest, TensorFlowReply, TensorFlowRequest } from './tensorflow-messages.js';

interface LoadedGraph {
  readonly graph: SendableGraph;
  readonly constants: Map<Value, Tensor>;
}

let loaded: TensorFlow | undefined;
const graphs = new Map<string, LoadedGraph>();
const state = new Map<string, { readonly variable: Variable; readonly dataType: DataType }>();

answerRequests<TensorFlowRequest, TensorFlowReply>(answer, (reply) => (typeof reply === 'object' ? transferable(reply) : []));

async function answer(request: TensorFlowRequest): Promise<TensorFlowReply> {
  if (request.kind === 'start') {
    const { tf, notice } = await loadTensorFlow();
    loaded = tf;
    return notice;
  }
  if (!loaded) throw new Error('TensorFlow.js has not been started');
  switch (request.kind) {
    case 'load':
      graphs.set(request.model, { graph: request.graph, constants: new Map() });
      return undefined;
    case 'run':
      return run(loaded, request.model, request.feeds, request.gradients);
    case 'write-state':
      for (const [name, tensor] of Object.entries(request.tensors)) writeState(loaded, name, tensor);
      return undefined;
    case 'read-state':
      return Object.fromEntries([...state].map(([name, { variable, dataType }]) => [name, fromTensor(variable, dataType)]));
  }
}

function writeState(tf: TensorFlow, name: string, tensor: TensorData): void {
  state.get(name)?.variable.dispose();
  state.set(name, { variable: tf.tidy(() => tf.variable(toTensor(tf, tensor))), dataType: tensor.dataType });
}

function run(tf: TensorFlow, model: string, feeds: NamedTensors, gradients: GradientRequest | undefined): NamedTensors {
  const found = graphs.get(model);
  if (!found) throw new Error(`no model ${model} is loaded`);
  const reply: Record<string, TensorData> = {};
  tf.tidy(() => {
    const fed = new Map(Object.entries(feeds).map(([name, tensor]) => [name, toTensor(tf, tensor)]));
    const input = (name: string): Tensor => fed.get(name) ?? stateOf(name);
    const constant = (value: Value): Tensor => constantOf(tf, found, value);
    const execute = (frees: boolean): Map<string, Tensor> => executeGraph(tf, found.graph, { constant, input, frees });
    const outputs = gradients ? accumulate(tf, gradients, () => execute(false)) : execute(true);
    for (const [name, tensor] of outputs) {
      if (name.startsWith(nextPrefix)) stateOf(name.slice(nextPrefix.length)).assign(tensor);
      else reply[name] = fromTensor(tensor, found.graph.outputs.get(name)!.dataType);
      if (gradients) tensor.dispose();
    }
  });
  return reply;
}

/**
 * Adds the gradients of a loss to their sums.
 * @returns the outputs of the graph, which the caller disposes of
 */
function accumulate(
  tf: TensorFlow,
  { loss, parameters, keep, share }: GradientRequest,
  execute: () => Map<string, Tensor>,
): Map<string, Tensor> {
  let outputs = new Map<string, Tensor>();
  const variables = Object.keys(parameters).map(stateOf);
  const { grads } = tf.variableGrads(() => {
    // tensors not kept go with the record of the differentiation
    outputs = new Map([...execute()].map(([name, tensor]) => [name, tf.keep(tf.clone(tensor))]));
    return tf.clone(outputs.get(loss)!) as Scalar;
  }, variables);
  for (const [index, sumName] of Object.values(parameters).entries()) {
    const [sum, gradient] = [stateOf(sumName), grads[variables[index]!.name]];
    const part = gradient ? tf.mul(gradient, share) : tf.zerosLike(sum);
    sum.assign(keep === 1 ? tf.add(sum, part) : part);
  }
  return outputs;
}

function stateOf(name: string): Variable {
  const entry = state.get(name);
  if (!entry) throw new Error(`the state has no tensor ${name}`);
  return entry.variable;
}

/** Constants are made once, and outlive the call that needs them first. */
function constantOf(tf: TensorFlow, { graph, constants }: LoadedGraph, value: Value): Tensor {
  const known = constants.get(value) ?? tf.keep(toTensor(tf, graph.constants.get(value)!));
  constants.set(value, known);
  return known;
}
