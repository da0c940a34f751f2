/** Operators of files that move elements. */

import { onnxDataTypes } from '../../../tensors/onnx-data-types.js';
import { elementCount } from '../../../tensors/tensor-data.js';
import type { Graph } from '../../graph.js';
import { fixedShape, type Value } from '../../value.js';
import type { ReadNode, Rewrite } from '../read-node.js';
import { requireSmallConstant } from '../reading-limits.js';
import { pad } from './padding.js';

/** Copies of an axis of several elements; of one element there may be any number. */
const mostCopies = 256;

/** float16, float64, bfloat16: everything is computed in float32. */
const otherFloats: readonly number[] = [10, 11, 16];

export const shapes: Readonly<Record<string, Rewrite>> = {
  ScatterND: (node) => {
    node.require('reduction', 'none', 'add');
    return node.graph.add('ScatterND', node.inputs, node.pass('reduction'));
  },

  Cast: (node) => {
    const { graph } = node;
    node.pass('saturate');
    const to = node.number('to', 0);
    const x = node.input(0);
    const type = otherFloats.includes(to) ? onnxDataTypes.float32 : to;
    return type === onnxDataTypes[x.dataType] ? x : graph.add('Cast', [x], { to: type });
  },

  CastLike: ({ graph, inputs }) => {
    const [x, like] = inputs as [Value, Value];
    return x.dataType === like.dataType ? x : graph.add('Cast', [x], { to: onnxDataTypes[like.dataType] });
  },

  Flatten: (node) => {
    const { graph } = node;
    const x = node.input(0);
    const axis = node.number('axis', 1);
    const front = axis < 0 ? axis + x.shape.length : axis;
    if (front === 0) return graph.add('Reshape', [x, graph.integers(1, -1)]);
    if (front === 1) return graph.add('Reshape', [x, graph.integers(0, -1)]);
    return graph.add('Reshape', [x, graph.integers(-1, elementCount(fixedShape(x.shape.slice(front), 'Flatten')))]);
  },

  Pad: pad,

  // zeros copy a size of the input, or with `allowzero`, which current PyTorch writes always, make an empty tensor
  Reshape: (node) => {
    const isEmpty = node.number('allowzero', 0) === 1 && (node.input(1).elements ?? []).includes(0);
    if (isEmpty) throw new Error('it would make an empty tensor');
    return node.graph.add('Reshape', node.inputs);
  },

  Split: (node) => {
    const { graph } = node;
    const axis = node.number('axis', 0);
    const x = node.input(0);
    node.require('num_outputs', node.outputs);
    return graph.addAll('Split', [x, graph.integers(...(node.integers('split', 1) ?? equalParts(node, x, axis)))], { axis });
  },

  Squeeze: (node) => {
    const { graph } = node;
    const x = node.input(0);
    const axes = node.integers('axes', 1) ?? x.shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
    return graph.add('Squeeze', [x, graph.integers(...axes)]);
  },

  Unsqueeze: (node) => node.graph.add('Unsqueeze', [node.input(0), node.graph.integers(...(node.integers('axes', 1) ?? []))]),

  // places along the first axes, which become one
  GatherND: (node) => {
    const { graph } = node;
    node.require('batch_dims', 0);
    const [x, places] = [node.input(0), node.input(1)];
    const [count] = fixedShape([places.shape.at(-1) ?? '?'], 'GatherND') as [number];
    const last = graph.integers(places.shape.length - 1);
    if (count === 1) return graph.add('Gather', [x, graph.add('Squeeze', [places, last])], { axis: 0 });
    const sizes = fixedShape(x.shape.slice(1, count), 'GatherND');
    const strides = [0, ...sizes].map((_, axis) => elementCount(sizes.slice(axis)));
    const joined = graph.add('Reshape', [x, graph.integers(-1, ...fixedShape(x.shape.slice(count), 'GatherND'))]);
    const flat = graph.add('ReduceSum', [graph.add('Mul', [places, graph.integers(...strides)]), last], { keepdims: 0 });
    return graph.add('Gather', [joined, flat], { axis: 0 });
  },

  // copies side by side; of an axis of size 1 as many as there are images
  Tile: (node) => {
    const { graph } = node;
    const x = node.input(0);
    const repeats = node.input(1).elements;
    if (!repeats) throw new Error('its repeats must not depend on the image');
    return repeats.reduce<Value>((tiled, count, axis) => {
      if (count === 1) return tiled;
      if (x.shape[axis] === 1) return graph.add('Expand', [tiled, expandedShape(graph, node.input(1), x, axis)]);
      const [copies] = fixedShape([count], 'Tile') as [number];
      if (!(copies >= 1 && copies <= mostCopies)) throw new Error(`it would make ${copies} copies, supported are 1 to ${mostCopies}`);
      return graph.add('Concat', Array<Value>(copies).fill(tiled), { axis });
    }, x);
  },

  // blocks of b x b pixels become channels, and back: by depth first (DCR) or by column, row and depth (CRD)
  SpaceToDepth: (node) => {
    const { graph } = node;
    const x = node.input(0);
    const block = node.number('blocksize', 1);
    const [channels, height, width] = fixedShape(x.shape.slice(1), 'SpaceToDepth') as [number, number, number];
    const apart = graph.add('Reshape', [x, graph.integers(0, channels, height / block, block, width / block, block)]);
    const ordered = graph.add('Transpose', [apart], { perm: [0, 3, 5, 1, 2, 4] });
    return graph.add('Reshape', [ordered, graph.integers(0, channels * block ** 2, height / block, width / block)]);
  },
  DepthToSpace: (node) => {
    const { graph } = node;
    const x = node.input(0);
    const block = node.number('blocksize', 1);
    node.require('mode', 'DCR', 'CRD');
    const isDepthFirst = node.attribute('mode') !== 'CRD';
    const [channels, height, width] = fixedShape(x.shape.slice(1), 'DepthToSpace') as [number, number, number];
    const depth = channels / block ** 2;
    const split = isDepthFirst ? [block, block, depth] : [depth, block, block];
    const apart = graph.add('Reshape', [x, graph.integers(0, ...split, height, width)]);
    const ordered = graph.add('Transpose', [apart], { perm: isDepthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3] });
    return graph.add('Reshape', [ordered, graph.integers(0, depth, height * block, width * block)]);
  },

  Trilu: (node) => {
    const { graph } = node;
    const x = node.input(0);
    const diagonal = node.optional(1) ? node.constant(1) : 0;
    const isUpper = node.number('upper', 1) === 1;
    const [rows, columns] = fixedShape(x.shape.slice(-2), 'Trilu') as [number, number];
    requireSmallConstant([rows, columns]);
    const isKept = Uint8Array.from({ length: rows * columns }, (_, index) => {
      const offset = (index % columns) - Math.floor(index / columns);
      return Number(isUpper ? offset >= diagonal : offset <= diagonal);
    });
    const mask = graph.constant({ dataType: 'bool', shape: [rows, columns], data: isKept });
    return graph.add('Where', [mask, x, graph.numbers(x.dataType, 0)]);
  },

  Transpose: (node) => {
    const x = node.input(0);
    return node.graph.add('Transpose', [x], { perm: node.numbers('perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis) });
  },
};

/** [1, ..., repeats[axis], ..., 1]: what an axis of size 1 is broadcast against. */
function expandedShape(graph: Graph, repeats: Value, { shape }: Value, axis: number): Value {
  const count = graph.add('Slice', [repeats, graph.integers(axis), graph.integers(axis + 1), graph.integers(0)]);
  const ones = (length: number): Value[] => (length > 0 ? [graph.integers(...Array<number>(length).fill(1))] : []);
  return graph.add('Concat', [...ones(axis), count, ...ones(shape.length - axis - 1)], { axis: 0 });
}

/** As many as there are outputs; the last may be smaller. */
function equalParts(node: ReadNode, { shape }: Value, axis: number): number[] {
  const [size] = fixedShape([shape.at(axis) ?? '?'], 'Split') as [number];
  const largest = Math.ceil(size / node.outputs);
  return Array.from({ length: node.outputs }, (_, index) => Math.min(largest, size - index * largest));
}
