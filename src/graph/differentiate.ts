/** Reverse-mode differentiation of a graph. Knows no mathematics: that is in the operators' files. */
import { isFloat } from '../tensors/tensor-data.js';
import type { Graph } from './graph.js';
import { GradientContext, type Node, notDifferentiable, stopsGradient, type Use } from './operator.js';
import { usersOf } from './users-of.js';
import { fixedShape, type Shape, sameShape, type Value } from './value.js';

/**
 * Adds to the graph the gradients of a scalar with respect to some values and returns them, in the same order.
 * A value on which the scalar does not depend has a gradient of zeros.
 * @throws Error when the loss is no scalar, or when a needed rule does not exist (naming operator and input).
 */
export function differentiate(graph: Graph, loss: Value, values: readonly Value[]): Value[] {
  if (loss.shape.length !== 0 || !isFloat(loss.dataType))
    throw new Error(`${loss.name} must be a floating-point scalar to be differentiated`);
  const gradients = new Map<Value, Value>([[loss, graph.numbers(loss.dataType, 1)]]);
  const forward = [...graph.nodes];
  const active = dependents(forward, values);
  const users = usersOf(forward);
  for (const node of forward.reverse()) {
    const outputGradients = node.outputs.map((output) => gradients.get(output));
    if (!outputGradients.some((gradient) => gradient)) continue;
    const use = onlyUse(users.get(node.outputs[0]!) ?? [], gradients);
    node.inputs.forEach((input, index) => {
      if (!input || !active.has(input)) return;
      const contribution = gradientOf(graph, node, index, outputGradients, use);
      if (!contribution) return;
      const own = sumToShape(graph, contribution, input.shape);
      const sum = gradients.get(input);
      gradients.set(input, sum ? graph.add('Add', [sum, own]) : own);
    });
  }
  return values.map((value) => gradients.get(value) ?? zeros(graph, value));
}

/** The values through which a change of the given ones reaches the rest of the graph; nodes come in topological order. */
function dependents(nodes: readonly Node[], values: readonly Value[]): Set<Value> {
  const active = new Set(values);
  for (const node of nodes) {
    const passes = node.inputs.some(
      (input, index) => input && active.has(input) && inputRule(node.rule.inputs, index).gradient !== stopsGradient,
    );
    if (passes) for (const output of node.outputs) if (isFloat(output.dataType)) active.add(output);
  }
  return active;
}

function onlyUse(users: readonly Node[], gradients: ReadonlyMap<Value, Value>): Use | undefined {
  const [node] = users;
  const gradient = node && users.length === 1 ? gradients.get(node.outputs[0]!) : undefined;
  return gradient && { node: node!, gradient };
}

function gradientOf(
  graph: Graph,
  node: Node,
  index: number,
  outputGradients: readonly (Value | undefined)[],
  use: Use | undefined,
): Value | undefined {
  const { name, gradient } = inputRule(node.rule.inputs, index);
  if (gradient === stopsGradient) return undefined;
  if (gradient === notDifferentiable) throw new Error(`${node.operator} cannot be differentiated with respect to its input ${name}`);
  try {
    return gradient(new GradientContext(graph, node, index, outputGradients, node.outputs, use));
  } catch (error) {
    throw new Error(`gradient of ${node.operator} (${node.outputs[0]?.name}) with respect to ${name}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The rule of an input; a variadic last one stands for all that follow. */
function inputRule<T>(inputs: readonly T[], index: number): T {
  return inputs[Math.min(index, inputs.length - 1)]!;
}

/**
 * Undoes broadcasting: sums over the axes along which a value of this shape was repeated, and over those of size 1 beside them: ONNX Runtime adds up
 * neighboring elements ten times as fast when no axis follows.
 */
function sumToShape(graph: Graph, gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient;
  const added = gradient.shape.length - shape.length;
  const axes = gradient.shape.map((_, axis) => axis).filter((axis) => axis < added || shape[axis - added] === 1);
  if (axes.length === added) return graph.add('ReduceSum', [gradient, graph.integers(...axes)], { keepdims: 0 });
  const summed = graph.add('ReduceSum', [gradient, graph.integers(...axes)]);
  return added === 0 ? summed : graph.add('Reshape', [summed, graph.integers(...fixedShape(shape, 'a broadcast value'))]);
}

function zeros(graph: Graph, value: Value): Value {
  const shape = fixedShape(value.shape, 'a gradient of zeros');
  const zero = graph.numbers(value.dataType, 0);
  return shape.length === 0 ? zero : graph.add('Expand', [zero, graph.integers(...shape)]);
}
