/** What moves elements, makes constants, and computes shapes. */
import { elementArrays, elementCount, type TensorData } from '../../../runtime/tensor-data.js';
import { onnxDataTypes } from '../../data-types.js';
import { fixedShape, type Value } from '../../value.js';
import type { ReadNode } from '../read-node.js';
import type { Rewrite } from '../rewrites.js';

/** Of a constant that a node makes from nothing. */
const mostElements = 2 ** 20;

/** float16, float64, bfloat16: everything is computed in float32. */
const otherFloats: readonly number[] = [10, 11, 16];

export const shapes: Readonly<Record<string, Rewrite>> = {
  Cast: (node) => {
    const { graph } = node;
    node.pass('saturate');
    const to = node.number('to', 0);
    const x = node.input(0);
    const type = otherFloats.includes(to) ? onnxDataTypes.float32 : to;
    return type === onnxDataTypes[x.dataType] ? x : graph.add('Cast', [x], { to: type });
  },

  Constant: (node) => {
    const { graph } = node;
    const tensor = node.tensor('value');
    if (tensor) return graph.constant(tensor);
    const integers = node.attribute('value_int') ?? node.attribute('value_ints');
    const numbers = integers ?? node.attribute('value_float') ?? node.attribute('value_floats');
    if (typeof numbers !== 'number' && !Array.isArray(numbers)) throw new Error('its value is missing');
    return graph.numbers(integers === undefined ? 'float32' : 'int64', numbers as number | readonly number[]);
  },

  ConstantOfShape: (node) => {
    const { graph } = node;
    const { dataType, data }: TensorData = node.tensor('value') ?? { dataType: 'float32', shape: [1], data: new Float32Array(1) };
    if (data.length !== 1) throw new Error('its value must be one element');
    const value = graph.constant({ dataType, shape: [], data });
    const sizes = node.input(0).elements;
    if (sizes?.some((size) => typeof size === 'string')) return graph.add('Expand', [value, node.input(0)]);
    const shape = node.integers('shape', 0) ?? [];
    if (shape.some((size) => size < 0) || elementCount(shape) > mostElements) throw new Error(`its shape would be [${shape}]`);
    const filled = new elementArrays[dataType](elementCount(shape)).fill(data[0]! as never);
    return graph.constant({ dataType, shape, data: filled });
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

  Pad: (node) => {
    const { graph } = node;
    const x = node.input(0);
    const pads = node.integers('pads', 1) ?? [];
    const axes = node.integers('axes', 3);
    if (pads.every((size) => size === 0)) {
      node.attribute('mode');
      return x;
    }
    node.require('mode', 'constant');
    if (node.optional(2) && node.constant(2) !== 0) throw new Error('only padding with zeros is supported');
    if (!axes) return graph.add('Pad', [x, graph.integers(...pads)]);
    const all = x.shape.flatMap(() => [0, 0]);
    for (const [index, axis] of axes.entries()) {
      const place = axis < 0 ? axis + x.shape.length : axis;
      all[place] = pads[index] ?? 0;
      all[place + x.shape.length] = pads[index + axes.length] ?? 0;
    }
    return graph.add('Pad', [x, graph.integers(...all)]);
  },

  Range: (node) => {
    const [start, limit, step] = [0, 1, 2].map((index) => fixedShape(node.input(index).elements ?? ['?'], 'Range')[0]!) as [
      number,
      number,
      number,
    ];
    const count = Math.max(0, Math.ceil((limit - start) / step));
    if (!(count <= mostElements)) throw new Error(`it would make ${count} numbers`);
    return node.graph.integers(...Array.from({ length: count }, (_, index) => start + index * step));
  },

  Reshape: (node) => {
    node.require('allowzero', 0);
    return node.graph.add('Reshape', node.inputs);
  },

  Shape: (node) => {
    const { graph } = node;
    const sizes = graph.add('Shape', [node.input(0)]);
    const { start = 0, end } = node.pass('start', 'end') as { start?: number; end?: number };
    if (start === 0 && end === undefined) return sizes;
    return graph.add('Slice', [sizes, graph.integers(start), graph.integers(end ?? node.input(0).shape.length)]);
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

  Transpose: (node) => {
    const x = node.input(0);
    return node.graph.add('Transpose', [x], { perm: node.numbers('perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis) });
  },
};

/** As many as there are outputs; the last may be smaller. */
function equalParts(node: ReadNode, { shape }: Value, axis: number): number[] {
  const [size] = fixedShape([shape.at(axis) ?? '?'], 'Split') as [number];
  const largest = Math.ceil(size / node.outputs);
  return Array.from({ length: node.outputs }, (_, index) => Math.min(largest, size - index * largest));
}
