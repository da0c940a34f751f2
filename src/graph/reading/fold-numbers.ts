/** Nodes of a file that compute with a few known numbers, as exporters make them of an image's size: the result becomes a constant. */
import { findDataType } from '../../tensors/onnx-data-types.js';
import type { DataType } from '../../tensors/tensor-data.js';
import { Graph } from '../graph.js';
import type { Value } from '../value.js';
import type { FileNode } from './onnx-model.js';
import { ReadNode, type Rewrite } from './read-node.js';

/** Sizes, and what is computed of them. */
const mostNumbers = 64;

const functions: Readonly<Record<string, (...numbers: readonly number[]) => number>> = {
  Abs: (x) => Math.abs(x!),
  Add: (x, y) => x! + y!,
  Cast: (x) => x!,
  Ceil: (x) => Math.ceil(x!),
  Clip: (x, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY) => Math.min(Math.max(x!, least), most),
  Div: (x, y) => x! / y!,
  Floor: (x) => Math.floor(x!),
  Max: Math.max,
  Min: Math.min,
  Mul: (x, y) => x! * y!,
  Neg: (x) => -x!,
  Pow: (x, y) => x! ** y!,
  // halves to the even one
  Round: (x) => (Math.abs(x! % 1) === 0.5 ? 2 * Math.round(x! / 2) : Math.round(x!)),
  Sqrt: (x) => Math.sqrt(x!),
  Sub: (x, y) => x! - y!,
};

/** These move numbers: what they do with whole ones is known by `Value.elements`. */
const movers: readonly string[] = ['Concat', 'Flatten', 'Gather', 'Reshape', 'Slice', 'Squeeze', 'Transpose', 'Unsqueeze'];

interface Known {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

/**
 * @param rewrite of the node's operator
 * @returns undefined where not all inputs are such numbers, and where all are whole: the graph knows these without
 */
export function foldedNumbers(
  graph: Graph,
  node: FileNode,
  inputs: readonly (Value | null)[],
  operatorSet: number,
  rewrite: Rewrite | undefined,
): Value | undefined {
  const compute = functions[node.operator];
  const moves = rewrite !== undefined && movers.includes(node.operator);
  if (node.domain !== '' || !(compute || moves)) return undefined;
  const known = inputs.map((input) => input && knownOf(graph, input));
  if (!known[0] || known.includes(undefined)) return undefined;
  const dataType = node.operator === 'Cast' ? findDataType(Number(node.attributes.get('to'))) : known[0].dataType;
  const isOfNumbers = dataType === 'float32' || (dataType === 'int64' && known[0].dataType === 'float32');
  if (!isOfNumbers) return undefined;
  const result = compute
    ? computed(compute, known as (Known | null)[])
    : moves
      ? moved(node, known as (Known | null)[], operatorSet, rewrite)
      : undefined;
  if (!result?.numbers.every(Number.isFinite)) return undefined;
  return graph.numbers(dataType, dataType === 'int64' ? result.numbers.map(Math.trunc) : result.numbers, result.shape);
}

/** Numbers of equal shapes, and single ones beside them. */
function computed(compute: (...numbers: readonly number[]) => number, inputs: readonly (Known | null)[]): Known | undefined {
  const given = inputs.filter((input) => input !== null);
  const largest = given.reduce((a, b) => (b.numbers.length > a.numbers.length || b.shape.length > a.shape.length ? b : a));
  const fits = given.every(
    ({ numbers, shape }) => (numbers.length === 1 && shape.length <= largest.shape.length) || String(shape) === String(largest.shape),
  );
  if (!fits) return undefined;
  const at = (input: Known | null, index: number): number => input?.numbers[input.numbers.length === 1 ? 0 : index] as number;
  return { ...largest, numbers: largest.numbers.map((_, index) => compute(...inputs.map((input) => at(input, index)))) };
}

/** Moves the places of the numbers instead of them. */
function moved(node: FileNode, inputs: readonly (Known | null)[], operatorSet: number, rewrite: Rewrite): Known | undefined {
  const graph = new Graph();
  const numbers: number[] = [];
  const places = inputs.map((input) => {
    if (!input) return null;
    if (input.dataType !== 'float32') return graph.numbers(input.dataType, input.numbers, input.shape);
    const first = numbers.length;
    numbers.push(...input.numbers);
    return graph.numbers(
      'int64',
      input.numbers.map((_, index) => first + index),
      input.shape,
    );
  });
  const added = rewrite(new ReadNode(graph, node, places, operatorSet));
  const { elements, shape } = 'name' in added ? added : added[0]!;
  if (!elements) return undefined;
  return { dataType: 'float32', shape: shape as readonly number[], numbers: elements.map((place) => numbers[place as number]!) };
}

function knownOf(graph: Graph, value: Value): Known | undefined {
  const { dataType } = value;
  const shape = value.shape.filter((size): size is number => typeof size === 'number');
  const numbers = value.elements ?? Array.from(graph.constantOf(value)?.data.slice(0, mostNumbers + 1) ?? [], Number);
  if (numbers.length === 0 || numbers.length > mostNumbers || shape.length < value.shape.length) return undefined;
  return numbers.every((number) => typeof number === 'number') ? { dataType, shape, numbers } : undefined;
}
