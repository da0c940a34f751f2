/** Each operator of a file as it is read, against ONNX Runtime's own kernel of that operator. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { addModel } from '#antonym/graph/reading/add-model.js';
import { readOnnxModel } from '#antonym/graph/reading/onnx-model.js';
import { randomStream } from '#antonym/support/random.js';
import { onnxDataTypes } from '#antonym/tensors/onnx-data-types.js';
import { elementCount, floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { compile } from '../run-graph.js';

const { onnx } = onnxProto;
const folder = await temporaryFolder();

type Attribute = number | readonly number[] | string;

interface NodeCase {
  readonly operator: string;
  /** The first are inputs of the model, whose first axis is free. */
  readonly inputs: readonly (readonly number[])[];
  /** After the inputs; null leaves one out. */
  readonly constants?: readonly (TensorData | null)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Names of attributes that are floating-point numbers. */
  readonly floats?: readonly string[];
  readonly operatorSet?: number;
  /** True where the inputs must be positive. */
  readonly positive?: true;
}

const integers = (...values: number[]): TensorData => ({
  dataType: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});
const numbers = (shape: number[], seed = 1): TensorData => {
  const random = randomStream('rewrites', seed);
  return floatTensor(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => random.normal()),
  );
};
const positive = (shape: number[]): TensorData => floatTensor(shape, Float32Array.from(numbers(shape, 2).data as Float32Array, Math.abs));

const scalar = (value: number): TensorData => ({ ...integers(value), shape: [] });
/** Scale, bias, mean and variance. */
const vectors = (size: number): TensorData[] => [numbers([size], 5), numbers([size], 6), numbers([size], 7), positive([size])];
/** Images of 4x5 pixels to another size, of however many images. */
const resized = (attributes: Record<string, Attribute>, height: number, width: number): NodeCase => ({
  operator: 'Resize',
  inputs: [[2, 3, 4, 5]],
  constants: [null, null, integers(height, width)],
  attributes: { axes: [-2, 3], ...attributes },
  operatorSet: 18,
});

const pool = (kernel: number, stride: number, more: Record<string, Attribute>) => ({
  kernel_shape: [kernel, kernel],
  strides: [stride, stride],
  ...more,
});

const cases: Record<string, NodeCase> = {
  'Einsum of attention': {
    operator: 'Einsum',
    inputs: [
      [2, 3, 4, 5],
      [2, 3, 6, 5],
    ],
    attributes: { equation: 'bhid,bhjd->bhij' },
  },
  'Einsum with a matrix, output moved': {
    operator: 'Einsum',
    inputs: [[2, 3, 4, 5]],
    constants: [numbers([6, 5])],
    attributes: { equation: 'bhwc, kc -> bkhw' },
  },
  'Einsum of several inner axes': {
    operator: 'Einsum',
    inputs: [[2, 3, 4, 5]],
    constants: [numbers([4, 5, 6])],
    attributes: { equation: 'nabc,bcd->nad' },
  },
  'Einsum by rows, without an arrow': {
    operator: 'Einsum',
    inputs: [[3, 4]],
    constants: [numbers([4, 2])],
    attributes: { equation: 'ij,jk' },
  },
  'Einsum that sums an axis': { operator: 'Einsum', inputs: [[3, 4, 5]], attributes: { equation: 'abc->ca' } },
  'Einsum of a scalar product': {
    operator: 'Einsum',
    inputs: [
      [3, 4],
      [3, 4],
    ],
    attributes: { equation: 'ij,ij->i' },
  },
  Attention: {
    operator: 'Attention',
    inputs: Array(3).fill([2, 2, 5, 4]),
    attributes: { is_causal: 0, qk_matmul_output_mode: 0 },
    operatorSet: 23,
  },
  'Attention of joined heads, scaled, with a mask that is added': {
    operator: 'Attention',
    inputs: [
      [2, 5, 8],
      [2, 6, 8],
      [2, 6, 12],
    ],
    constants: [numbers([5, 6])],
    attributes: { q_num_heads: 2, kv_num_heads: 2, scale: 0.3 },
    floats: ['scale'],
    operatorSet: 23,
  },
  'Attention where a mask says what counts': {
    operator: 'Attention',
    inputs: Array(3).fill([2, 2, 3, 4]),
    constants: [{ dataType: 'bool', shape: [3, 3], data: Uint8Array.of(1, 0, 1, 1, 1, 1, 0, 1, 0) }],
    operatorSet: 23,
  },
  RMSNormalization: { operator: 'RMSNormalization', inputs: [[2, 3, 4]], constants: [numbers([4])], operatorSet: 23 },
  Swish: { operator: 'Swish', inputs: [[4, 9]], attributes: { alpha: 1.3 }, floats: ['alpha'], operatorSet: 24 },
  'Conv, SAME_UPPER, odd rest': {
    operator: 'Conv',
    inputs: [[2, 3, 8, 7]],
    constants: [numbers([4, 3, 3, 3])],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  'Conv, SAME_LOWER': {
    operator: 'Conv',
    inputs: [[2, 3, 8, 7]],
    constants: [numbers([4, 3, 4, 3])],
    attributes: { auto_pad: 'SAME_LOWER' },
  },
  'MaxPool, SAME_UPPER': { operator: 'MaxPool', inputs: [[2, 3, 8, 7]], attributes: pool(3, 2, { auto_pad: 'SAME_UPPER' }) },
  'AveragePool, overlapping': { operator: 'AveragePool', inputs: [[2, 3, 8, 7]], attributes: pool(3, 1, {}) },
  'AveragePool, padding counted': {
    operator: 'AveragePool',
    inputs: [[2, 3, 8, 7]],
    attributes: pool(3, 2, { pads: [1, 1, 1, 1], count_include_pad: 1 }),
  },
  'AveragePool, padding not counted': { operator: 'AveragePool', inputs: [[2, 3, 8, 7]], attributes: pool(3, 2, { pads: [1, 1, 1, 1] }) },
  'AveragePool, SAME_UPPER': { operator: 'AveragePool', inputs: [[2, 3, 8, 7]], attributes: pool(2, 1, { auto_pad: 'SAME_UPPER' }) },
  'AveragePool, rounded up': { operator: 'AveragePool', inputs: [[2, 3, 7, 9]], attributes: pool(2, 2, { ceil_mode: 1 }), operatorSet: 19 },
  'AveragePool of whole windows, as PyTorch writes it': {
    operator: 'AveragePool',
    inputs: [[2, 3, 8, 6]],
    attributes: pool(2, 2, { pads: [0, 0, 0, 0], ceil_mode: 0, count_include_pad: 0 }),
  },
  'AveragePool, padding counted, rounded up': {
    operator: 'AveragePool',
    inputs: [[2, 3, 8, 7]],
    attributes: pool(3, 2, { pads: [1, 0, 1, 1], ceil_mode: 1, count_include_pad: 1 }),
    operatorSet: 19,
  },
  'AveragePool, rounded up where a window would begin beyond the image': {
    operator: 'AveragePool',
    inputs: [[2, 3, 4, 6]],
    attributes: pool(1, 3, { ceil_mode: 1 }),
    operatorSet: 19,
  },
  'AveragePool of rows': {
    operator: 'AveragePool',
    inputs: [[2, 3, 9]],
    attributes: { kernel_shape: [3], strides: [2], pads: [1, 1], count_include_pad: 1 },
  },
  'MaxPool of rows': { operator: 'MaxPool', inputs: [[2, 3, 9]], attributes: { kernel_shape: [3], strides: [2], dilations: [1] } },
  'Conv of rows': {
    operator: 'Conv',
    inputs: [[2, 4, 11]],
    constants: [numbers([6, 2, 3]), numbers([6])],
    attributes: { kernel_shape: [3], strides: [2], dilations: [2], pads: [2, 1], group: 2 },
  },
  'Conv of rows, SAME_UPPER': {
    operator: 'Conv',
    inputs: [[2, 4, 11]],
    constants: [numbers([6, 4, 4])],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2] },
  },
  CumSum: { operator: 'CumSum', inputs: [[2, 5, 3]], constants: [scalar(1)] },
  'CumSum, exclusive, from the end': {
    operator: 'CumSum',
    inputs: [[2, 3, 5]],
    constants: [scalar(-1)],
    attributes: { exclusive: 1, reverse: 1 },
  },
  'Pad by a number': { operator: 'Pad', inputs: [[2, 3, 4, 5]], constants: [integers(0, 0, 1, 2, 0, 1, 0, 3), floatTensor([], [0.7])] },
  'Pad, reflecting': {
    operator: 'Pad',
    inputs: [[2, 3, 4, 5]],
    constants: [integers(0, 0, 1, 4, 0, 0, 3, 2)],
    attributes: { mode: 'reflect' },
  },
  'Pad, repeating the edge, of named axes': {
    operator: 'Pad',
    inputs: [[2, 3, 4, 5]],
    constants: [integers(1, 2, 3, 0), null, integers(-2, -1)],
    attributes: { mode: 'edge' },
    operatorSet: 18,
  },
  'Pad, around': {
    operator: 'Pad',
    inputs: [[2, 3, 4, 5]],
    constants: [integers(0, 0, 1, 2, 0, 0, 3, 1)],
    attributes: { mode: 'wrap' },
    operatorSet: 19,
  },
  'Reshape as current PyTorch writes it': {
    operator: 'Reshape',
    inputs: [[2, 3, 4]],
    constants: [integers(-1, 12)],
    attributes: { allowzero: 1 },
  },
  'GatherND of rows': { operator: 'GatherND', inputs: [[2, 3, 4]], constants: [{ ...integers(1, 0, 1), shape: [3, 1] }] },
  'GatherND of elements': { operator: 'GatherND', inputs: [[2, 3, 4]], constants: [{ ...integers(1, 0, 0, 2, 1, 1), shape: [3, 2] }] },
  ReduceL2: { operator: 'ReduceL2', inputs: [[2, 3, 4]], attributes: { axes: [1] } },
  'BatchNormalization of vectors': { operator: 'BatchNormalization', inputs: [[3, 5]], constants: vectors(5) },
  'BatchNormalization of rows': { operator: 'BatchNormalization', inputs: [[3, 5, 4]], constants: vectors(5) },
  'Resize, nearest, twice': resized({ mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }, 8, 10),
  'Resize, nearest, no whole multiple': resized({ mode: 'nearest', nearest_mode: 'round_prefer_ceil' }, 7, 3),
  'Resize, nearest, up': resized({ mode: 'nearest', coordinate_transformation_mode: 'align_corners', nearest_mode: 'ceil' }, 9, 7),
  'Resize, linear': resized({ mode: 'linear' }, 9, 3),
  'Resize, linear, corners aligned': resized({ mode: 'linear', coordinate_transformation_mode: 'align_corners' }, 7, 11),
  'Resize, linear, as PyTorch writes it': resized({ mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' }, 1, 9),
  'Resize, linear, one axis': resized({ mode: 'linear', coordinate_transformation_mode: 'asymmetric' }, 4, 8),
  'Resize, cubic': resized({ mode: 'cubic' }, 9, 7),
  'Resize, cubic, with another coefficient': { ...resized({ mode: 'cubic', cubic_coeff_a: -0.5 }, 9, 7), floats: ['cubic_coeff_a'] },
  'Resize, cubic, nothing beyond': resized({ mode: 'cubic', exclude_outside: 1 }, 3, 7),
  'Resize, linear, smoothing': resized({ mode: 'linear', antialias: 1 }, 2, 3),
  'Resize, cubic, smoothing': resized({ mode: 'cubic', antialias: 1, exclude_outside: 1 }, 2, 9),
  'Resize, cubic, smoothing, edges repeated': resized({ mode: 'cubic', antialias: 1 }, 3, 2),
  'Resize by scales that give no whole size': {
    operator: 'Resize',
    inputs: [[2, 3, 4, 5]],
    constants: [null, floatTensor([4], [1, 1, 1.4, 0.7])],
    attributes: { mode: 'linear' },
  },
  GlobalMaxPool: { operator: 'GlobalMaxPool', inputs: [[2, 3, 4, 5]] },
  GroupNormalization: {
    operator: 'GroupNormalization',
    inputs: [[2, 6, 4, 5]],
    constants: [positive([6]), numbers([6])],
    attributes: { num_groups: 3 },
    operatorSet: 21,
  },
  InstanceNormalization: { operator: 'InstanceNormalization', inputs: [[2, 6, 4, 5]], constants: [positive([6]), numbers([6])] },
  LpNormalization: { operator: 'LpNormalization', inputs: [[3, 4]], attributes: { axis: -1, p: 2 } },
  'ReduceMax, axes as an attribute': {
    operator: 'ReduceMax',
    inputs: [[2, 3, 4]],
    attributes: { axes: [-1], keepdims: 0 },
    operatorSet: 13,
  },
  'ReduceMax, axes as an input': { operator: 'ReduceMax', inputs: [[2, 3, 4]], constants: [integers(1, 2)], operatorSet: 18 },
  Elu: { operator: 'Elu', inputs: [[4, 9]], attributes: { alpha: 0.7 }, floats: ['alpha'] },
  Selu: { operator: 'Selu', inputs: [[4, 9]] },
  Celu: { operator: 'Celu', inputs: [[4, 9]], attributes: { alpha: 2 }, floats: ['alpha'] },
  Softplus: { operator: 'Softplus', inputs: [[4, 9]] },
  Softsign: { operator: 'Softsign', inputs: [[4, 9]] },
  Mish: { operator: 'Mish', inputs: [[4, 9]], operatorSet: 18 },
  HardSwish: { operator: 'HardSwish', inputs: [[4, 9]], operatorSet: 14 },
  LeakyRelu: { operator: 'LeakyRelu', inputs: [[4, 9]], attributes: { alpha: 0.2 }, floats: ['alpha'] },
  PRelu: { operator: 'PRelu', inputs: [[4, 9]], constants: [positive([9])] },
  'Gelu, exact': { operator: 'Gelu', inputs: [[4, 9]], operatorSet: 20 },
  'Gelu, approximate': { operator: 'Gelu', inputs: [[4, 9]], attributes: { approximate: 'tanh' }, operatorSet: 20 },
  Max: {
    operator: 'Max',
    inputs: [
      [4, 9],
      [4, 1],
      [4, 9],
    ],
  },
  Min: {
    operator: 'Min',
    inputs: [
      [4, 9],
      [4, 1],
      [4, 9],
    ],
  },
  Mean: {
    operator: 'Mean',
    inputs: [
      [4, 9],
      [4, 1],
      [4, 9],
    ],
  },
  Less: {
    operator: 'Less',
    inputs: [
      [4, 9],
      [4, 9],
    ],
  },
  LessOrEqual: { operator: 'LessOrEqual', inputs: [[4, 9]], constants: [floatTensor([], [0.5])] },
  GreaterOrEqual: { operator: 'GreaterOrEqual', inputs: [[4, 9]], constants: [floatTensor([], [0.5])] },
  IsNaN: { operator: 'IsNaN', inputs: [[4, 9]] },
  'Tile of rows and of one column': { operator: 'Tile', inputs: [[2, 3, 1]], constants: [integers(1, 2, 4)] },
  'Trilu, upper': { operator: 'Trilu', inputs: [[2, 4, 5]], operatorSet: 14 },
  'Trilu, lower, shifted': {
    operator: 'Trilu',
    inputs: [[2, 4, 5]],
    constants: [{ ...integers(1), shape: [] }],
    attributes: { upper: 0 },
    operatorSet: 14,
  },
  SpaceToDepth: { operator: 'SpaceToDepth', inputs: [[2, 3, 4, 6]], attributes: { blocksize: 2 } },
  'DepthToSpace, depth first': { operator: 'DepthToSpace', inputs: [[2, 8, 3, 2]], attributes: { blocksize: 2 } },
  'DepthToSpace, column first': { operator: 'DepthToSpace', inputs: [[2, 8, 3, 2]], attributes: { blocksize: 2, mode: 'CRD' } },
  Log: { operator: 'Log', inputs: [[2, 3]], positive: true },
  Sin: { operator: 'Sin', inputs: [[2, 3]] },
  Cos: { operator: 'Cos', inputs: [[2, 3]] },
};

function encodeAttribute(name: string, value: Attribute, isFloat: boolean): object {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: Buffer.from(value) };
  if (typeof value !== 'number') return { name, type: AttributeType.INTS, ints: value };
  return isFloat ? { name, type: AttributeType.FLOAT, f: value } : { name, type: AttributeType.INT, i: value };
}

function model({ operator, inputs, constants = [], attributes = {}, floats = [], operatorSet = 17 }: NodeCase): Uint8Array {
  const shapeOf = (sizes: readonly (number | string)[]) => ({
    dim: sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })),
  });
  const names = inputs.map((_, index) => `input_${index}`);
  const own = constants.map((tensor, index) => (tensor ? `constant_${index}` : ''));
  const bytes = ({ data }: TensorData) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const proto = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: operatorSet }],
    graph: {
      name: operator,
      node: [
        {
          opType: operator,
          input: [...names, ...own],
          output: ['output'],
          attribute: Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value, floats.includes(name))),
        },
      ],
      initializer: constants.flatMap((tensor, index) =>
        tensor ? [{ name: own[index], dataType: onnxDataTypes[tensor.dataType], dims: [...tensor.shape], rawData: bytes(tensor) }] : [],
      ),
      input: inputs.map((sizes, index) => ({
        name: names[index],
        type: { tensorType: { elemType: 1, shape: shapeOf(['batch', ...sizes.slice(1)]) } },
      })),
      output: [{ name: 'output', type: { tensorType: { elemType: /^(Less|Greater|IsNaN)/.test(operator) ? 9 : 1 } } }],
    },
  };
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject(proto)).finish();
}

describe('an operator of a file computes what ONNX Runtime computes', () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    const bytes = model(cases[name]!);
    const path = join(folder, `${name.replaceAll(/\W/g, '-')}.onnx`);
    await writeFile(path, bytes);
    const values = Object.fromEntries(
      cases[name]!.inputs.map((shape, index) => [
        `input_${index}`,
        cases[name]!.positive ? positive([...shape]) : numbers([...shape], index + 3),
      ]),
    );

    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
    const feeds = Object.entries(values).map(
      ([key, { data, shape }]) => [key, new Tensor('float32', data as Float32Array, shape)] as const,
    );
    const expected = (await session.run(Object.fromEntries(feeds))).output!;

    const graph = new Graph();
    const inputs = new Map(
      Object.entries(values).map(([key, { shape }]) => [key, graph.input(key, 'float32', ['batch', ...shape.slice(1)])]),
    );
    const [output] = addModel(graph, await readOnnxModel(path), ['output'], { inputs, bind: (_, tensor) => graph.constant(tensor) });
    graph.output('output', output!);
    const found = (await (await compile(graph))(values)).output!;
    expect(found.shape).toEqual(expected.dims);
    const wanted = Array.from(expected.data as Float32Array, Number);
    for (const [index, value] of Array.from(found.data, Number).entries()) expect(Math.abs(value - wanted[index]!)).toBeLessThan(5e-5);
    if (!name.startsWith('IsNaN')) expect(new Set(wanted).size).toBeGreaterThan(1);
  });
});

test("the gradient of a norm is PyTorch's 0 where all of it is 0", async () => {
  const path = join(folder, 'norm-of-zeros.onnx');
  await writeFile(path, model({ operator: 'ReduceL2', inputs: [[2, 3]], attributes: { axes: [1] } }));
  const graph = new Graph();
  const x = graph.input('input_0', 'float32', [2, 3]);
  const inputs = new Map([['input_0', x]]);
  const [norms] = addModel(graph, await readOnnxModel(path), ['output'], { inputs, bind: (_, tensor) => graph.constant(tensor) });
  graph.output('gradient', differentiate(graph, graph.add('ReduceSum', [norms!], { keepdims: 0 }), [x])[0]!);
  const { gradient } = await (await compile(graph))({ input_0: floatTensor([2, 3], [0, 0, 0, 0, 3, -4]) });
  const expected = [0, 0, 0, 0, 0.6, -0.8];
  for (const [index, value] of Array.from(gradient!.data, Number).entries()) expect(value).toBeCloseTo(expected[index]!, 6);
});

describe('what is said of', () => {
  test.each<[what: string, node: NodeCase, message: RegExp]>([
    [
      'an equation with an ellipsis',
      { operator: 'Einsum', inputs: [[2, 3]], attributes: { equation: '...a->a' } },
      /the equation "\.\.\.a->a" is not supported/,
    ],
    [
      'an equation that takes a diagonal',
      { operator: 'Einsum', inputs: [[3, 3]], attributes: { equation: 'ii->i' } },
      /the equation "ii->i" is not supported/,
    ],
    [
      'statistics of a batch of images',
      { operator: 'BatchNormalization', inputs: [[2, 3, 4, 4]], constants: vectors(3), attributes: { training_mode: 1 } },
      /export the model in evaluation mode/,
    ],
    [
      'an empty result',
      { operator: 'Reshape', inputs: [[2, 3]], constants: [integers(0, -1)], attributes: { allowzero: 1 } },
      /would make an empty tensor/,
    ],
    [
      'joined heads without their number',
      { operator: 'Attention', inputs: Array(3).fill([2, 5, 8]), operatorSet: 23 },
      /8 numbers cannot be divided into 0 heads/,
    ],
    ['no pixels', resized({ mode: 'linear' }, 0, 5), /the size 0 is not supported/],
    [
      'other axes that are resized',
      { operator: 'Resize', inputs: [[2, 3, 4, 5]], constants: [null, null, integers(2, 6, 4, 5)], attributes: { mode: 'linear' } },
      /only the last two axes of \[batch, 3, 4, 5\] can be resized/,
    ],
    [
      'a remainder of numbers',
      {
        operator: 'Mod',
        inputs: [
          [2, 3],
          [2, 3],
        ],
        attributes: { fmod: 1 },
      },
      /attribute fmod is 1, supported is only 0/,
    ],
  ])('%s', async (what, node, message) => {
    const path = join(folder, `${what.replaceAll(/\W/g, '-')}.onnx`);
    await writeFile(path, model(node));
    const graph = new Graph();
    const inputs = new Map(
      node.inputs.map(([, ...sizes], index) => [`input_${index}`, graph.input(`input_${index}`, 'float32', ['batch', ...sizes])]),
    );
    const read = await readOnnxModel(path);
    expect(() => addModel(graph, read, ['output'], { inputs, bind: (_, tensor) => graph.constant(tensor) })).toThrow(message);
  });
});
