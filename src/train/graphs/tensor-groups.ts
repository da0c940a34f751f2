/** Tensors computed in one: a GPU that launches a kernel for every operator and tensor spends an update on launching. */
import type { ParameterSpec } from '../../backbones/parameters.js';
import type { Graph } from '../../graph/graph.js';
import type { Value } from '../../graph/value.js';
import { mostParts, splitInParts } from '../../lowering/device/split-in-parts.js';
import { elementCount, floatTensor } from '../../tensors/tensor-data.js';
import { gradientName, isOfHead } from './state.js';

export interface TensorGroup {
  readonly specs: readonly ParameterSpec[];
  /** Name of the state tensor with its sum of gradients. */
  readonly gradient: string;
  /** Shape of the result of `join`. */
  readonly shape: readonly number[];
  /** @param values one for each spec, of its shape */
  join(graph: Graph, values: readonly Value[]): Value;
  /** @param value of the shape that `join` makes @returns one for each spec, of its shape */
  split(graph: Graph, value: Value): readonly Value[];
}

/** A group for each tensor: nothing is joined. */
export function separateTensors(specs: readonly ParameterSpec[]): readonly TensorGroup[] {
  return specs.map((spec) => ({
    specs: [spec],
    gradient: gradientName(spec.name),
    shape: spec.shape,
    join: (_, [value]) => value!,
    split: (_, value) => [value],
  }));
}

/** Elements of a group: 128 MiB, the largest binding of a buffer that every WebGPU device has. A larger tensor stays by itself. */
const mostElements = 2 ** 25;

/** Tensors of a group: it is split twice, the padding of its last row being one part. */
const mostTensors = mostParts ** 2 - 1;

/** Values in a row of joined tensors; the last row is filled up with zeros, which AdamW does not change. */
const rowLength = 1024;

/** Groups of tensors that are computed alike, as weight decay applies to them or not. */
export type Grouping = (specs: readonly ParameterSpec[]) => readonly TensorGroup[];

/** The groups of an update: those that decay come first; the head's, which may have another learning rate, by themselves. */
export function updateGroups(specs: readonly ParameterSpec[], grouping: Grouping): readonly TensorGroup[] {
  return [true, false].flatMap((decays) =>
    [false, true].flatMap((ofHead) =>
      grouping(specs.filter(({ name, weightDecay }) => weightDecay === decays && isOfHead(name) === ofHead)),
    ),
  );
}

/** Groups of neighboring tensors, each a matrix [rows, 1024]. */
export function joinedTensors(specs: readonly ParameterSpec[]): readonly TensorGroup[] {
  const groups: ParameterSpec[][] = [];
  let elements = Number.POSITIVE_INFINITY;
  for (const spec of specs) {
    const own = elementCount(spec.shape);
    const isFull = elements + own > mostElements || groups.at(-1)!.length === mostTensors;
    if (isFull) groups.push([]);
    elements = isFull ? own : elements + own;
    groups.at(-1)!.push(spec);
  }
  return groups.flatMap((group) => (group.length === 1 ? separateTensors(group) : [joinedGroup(group)]));
}

function joinedGroup(specs: readonly ParameterSpec[]): TensorGroup {
  const sizes = specs.map(({ shape }) => elementCount(shape));
  const total = sum(sizes);
  const rest = (rowLength - (total % rowLength)) % rowLength;
  return {
    specs,
    gradient: `gradients.${specs[0]!.name}`,
    shape: [(total + rest) / rowLength, rowLength],
    join(graph, values) {
      const flat = values.map((value) => graph.add('Reshape', [value, graph.integers(-1)]));
      if (rest > 0) flat.push(graph.constant(floatTensor([rest], new Float32Array(rest))));
      return graph.add('Reshape', [graph.add('Concat', flat, { axis: 0 }), graph.integers(-1, rowLength)]);
    },
    split(graph, value) {
      const flat = graph.add('Reshape', [value, graph.integers(total + rest)]);
      const parts = splitInParts(graph, flat, rest > 0 ? [...sizes, rest] : sizes);
      return specs.map(({ shape }, index) => graph.add('Reshape', [parts[index]!, graph.integers(...shape)]));
    },
  };
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
