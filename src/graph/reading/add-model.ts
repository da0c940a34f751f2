/** Models of files become part of a graph: node by node, through its builder, so that they have shapes and gradients like any other. */

import { asSentence, messageOf, UserError } from '../../support/errors.js';
import type { TensorData } from '../../tensors/tensor-data.js';
import type { Graph } from '../graph.js';
import type { Value } from '../value.js';
import { foldedNumbers } from './fold-numbers.js';
import type { FileNode, OnnxModel } from './onnx-model.js';
import { ReadNode } from './read-node.js';
import { mostAxes, quantized } from './read-tensor.js';
import { ReadingLimits } from './reading-limits.js';
import { rewrites } from './rewrites.js';

export interface ModelSurroundings {
  /** Values of the model's inputs, as far as the outputs depend on them. */
  readonly inputs: ReadonlyMap<string, Value>;
  /** The value that an initializer becomes; asked once, before the first node that uses it. */
  bind(name: string, tensor: TensorData): Value;
}

/** Operators of quantized models: QuantizeLinear, DynamicQuantizeLinear, QLinearConv, MatMulInteger, ... */
const quantizing = /[Qq]uantizeLinear$|^QLinear|^(Conv|MatMul)Integer$/;
/** Elements that no memory holds; whether what is less fits is known when all values are. */
const largestValue = 2 ** 40;

/**
 * Adds the nodes that some outputs depend on.
 * @returns the values of these outputs
 * @throws UserError naming the file and the node when its operator or an attribute is not supported or its shapes do not fit.
 */
export function addModel(graph: Graph, model: OnnxModel, outputs: readonly string[], { inputs, bind }: ModelSurroundings): Value[] {
  const values = new Map(inputs);
  const find = (name: string): Value => {
    const known = values.get(name);
    if (known) return known;
    const tensor = model.initializers.get(name);
    if (!tensor) throw new Error(`no value "${name}" is computed before it is used, or given`);
    const value = bind(name, tensor);
    values.set(name, value);
    return value;
  };
  const limits = new ReadingLimits();
  for (const node of neededNodes(model, outputs)) {
    try {
      const inputs = node.inputs.map((name) => (name === '' ? null : find(name)));
      const before = { nodes: graph.nodes.length, bytes: graph.constantBytes };
      const added = addNode(graph, node, inputs, model.operatorSet);
      // what the node holds itself was counted when it was read
      limits.added(graph.nodes.slice(before.nodes), node.operator === 'Constant' ? 0 : graph.constantBytes - before.bytes);
      for (const [index, name] of node.outputs.entries()) {
        if (name === '') continue;
        const value = added[index];
        if (!value) throw new Error(`its output ${index} is not supported`);
        if (values.has(name)) throw new Error(`it computes "${name}" a second time: export the model with another name for it`);
        values.set(name, withKnownElements(graph, value));
      }
    } catch (error) {
      const name = node.name || node.outputs[0] || '';
      throw new UserError(`${model.path} cannot be used: the node "${name}" (${node.operator}): ${asSentence(messageOf(error))}`);
    }
  }
  try {
    return outputs.map(find);
  } catch (error) {
    throw new UserError(`${model.path} cannot be used: ${asSentence(messageOf(error))}`);
  }
}

/** The nodes on which outputs depend, in their order, with the names of what is used of them: others may be of any operator. */
export function neededNodes({ nodes }: OnnxModel, outputs: readonly string[]): FileNode[] {
  const used = new Set(outputs);
  const needed: FileNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => name !== '' && used.has(name))) continue;
    needed.push({ ...node, outputs: node.outputs.map((name) => (used.has(name) ? name : '')) });
    for (const name of node.inputs) used.add(name);
  }
  return needed.reverse();
}

function addNode(graph: Graph, node: FileNode, inputs: readonly (Value | null)[], operatorSet: number): readonly Value[] {
  const rewrite = node.domain === '' && Object.hasOwn(rewrites, node.operator) ? rewrites[node.operator] : undefined;
  const folded = foldedNumbers(graph, node, inputs, operatorSet, rewrite);
  if (folded) return [folded];
  if (!rewrite && quantizing.test(node.operator)) throw new Error(`it computes with ${quantized}`);
  if (!rewrite) throw new Error(`the operator ${node.domain === '' ? '' : `${node.domain}.`}${node.operator} is not supported`);
  const context = new ReadNode(graph, node, inputs, operatorSet);
  const added = rewrite(context);
  context.checkAttributes();
  const values = 'name' in added ? [added] : added;
  for (const { shape } of values) {
    if (shape.length > mostAxes) throw new Error(`its result would have ${shape.length} axes, more than ${mostAxes}`);
    const size = shape.reduce<number>((product, length) => (typeof length === 'number' ? product * length : product), 1);
    if (size > largestValue) throw new Error(`its result would have the shape [${shape.join(', ')}]`);
  }
  return values;
}

/** Integers that are known while building become constants: what computed them is not computed again. */
function withKnownElements(graph: Graph, value: Value): Value {
  const { dataType, elements, shape, producer } = value;
  if (!producer || dataType !== 'int64' || !elements?.every((element) => typeof element === 'number')) return value;
  return graph.numbers('int64', elements, shape as readonly number[]);
}
