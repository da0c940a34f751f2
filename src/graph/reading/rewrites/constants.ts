/** Operators of files that make constants or compute shapes. */
import { elementArrays, elementCount, type TensorData } from '../../../tensors/tensor-data.js';
import { fixedShape } from '../../value.js';
import type { Rewrite } from '../read-node.js';
import { requireSmallConstant } from '../reading-limits.js';

/** Numbers of a range, which are known while building. */
const mostNumbers = 2 ** 16;

export const constants: Readonly<Record<string, Rewrite>> = {
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
    if (shape.some((size) => size < 0)) throw new Error(`its shape would be [${shape}]`);
    requireSmallConstant(shape);
    const filled = new elementArrays[dataType](elementCount(shape)).fill(data[0]! as never);
    return graph.constant({ dataType, shape, data: filled });
  },

  // the product of sizes
  ReduceProd: (node) => {
    const { graph } = node;
    const sizes = fixedShape(node.input(0).elements ?? ['?'], 'ReduceProd');
    const axes = node.integers('axes', 1);
    if (axes && String(axes) !== '0') throw new Error(`axes [${axes}] of a product of sizes`);
    return graph.numbers('int64', [elementCount(sizes)], node.number('keepdims', 1) === 1 ? [1] : []);
  },

  Range: (node) => {
    // one number for each image
    if (typeof node.input(1).elements?.[0] === 'string') return node.graph.add('Range', node.inputs);
    const [start, limit, step] = [0, 1, 2].map((index) => fixedShape(node.input(index).elements ?? ['?'], 'Range')[0]!) as [
      number,
      number,
      number,
    ];
    const count = Math.max(0, Math.ceil((limit - start) / step));
    if (!(count <= mostNumbers)) throw new Error(`it would make ${count} numbers`);
    return node.graph.integers(...Array.from({ length: count }, (_, index) => start + index * step));
  },

  Shape: (node) => {
    const { graph } = node;
    const sizes = graph.add('Shape', [node.input(0)]);
    const { start = 0, end } = node.pass('start', 'end') as { start?: number; end?: number };
    if (start === 0 && end === undefined) return sizes;
    return graph.add('Slice', [sizes, graph.integers(start), graph.integers(end ?? node.input(0).shape.length)]);
  },

  Size: (node) => node.graph.numbers('int64', elementCount(fixedShape(node.input(0).shape, 'Size'))),
};
