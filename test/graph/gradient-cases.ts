/** Small functions of every operator that can be differentiated: their gradients are checked numerically, and against TensorFlow.js. */
import { nearestResize } from '#antonym/graph/operators/resize.js';
import type { OperatorName } from '#antonym/graph/operators/table.js';
import { alternate, batchNormalization, binary, convolution, gemm, layerNormalization, positive, signed, unary } from './case-builders.js';
import type { GradientCase } from './gradient-check.js';

/** Functions of every operator that can be differentiated, by variant. */
export const gradientCases: Partial<Record<OperatorName, Record<string, GradientCase>>> = {
  Abs: { plain: unary('Abs') },
  Add: {
    plain: binary('Add', [
      [2, 3],
      [2, 3],
    ]),
    broadcast: binary('Add', [
      [2, 1, 3],
      [4, 1],
    ]),
    scalar: binary('Add', [[2, 3], []]),
  },
  AveragePool: {
    'even sizes': {
      inputs: { x: { shape: [2, 3, 4, 6] } },
      build: (graph, x) => graph.add('AveragePool', [x!], { kernel_shape: [2, 2], strides: [2, 2] }),
      dataType: 'float32',
    },
    'odd sizes': {
      inputs: { x: { shape: [1, 2, 5, 7] } },
      build: (graph, x) => graph.add('AveragePool', [x!], { kernel_shape: [2, 2], strides: [2, 2] }),
      dataType: 'float32',
    },
  },
  BatchNormalization: {
    'statistics of the batch': batchNormalization(1),
    'statistics of the batch as outputs': batchNormalization(1, 0),
    'running statistics': batchNormalization(0),
  },
  Cast: {
    'to float64 and back': {
      inputs: { x: { shape: [4] } },
      build: (graph, x) => graph.add('Cast', [graph.add('Cast', [x!], { to: 11 })], { to: 1 }),
      dataType: 'float32',
    },
  },
  Clip: {
    'both bounds': {
      inputs: { x: { shape: [3, 4] } },
      build: (graph, x) => graph.add('Clip', [x!, -0.5, 0.7]),
    },
    'no upper bound': { inputs: { x: { shape: [3, 4] } }, build: (graph, x) => graph.add('Clip', [x!, 0.1]) },
  },
  Concat: {
    'axis 0': {
      inputs: { a: { shape: [2, 3] }, b: { shape: [1, 3] } },
      build: (graph, a, b) => graph.add('Concat', [a!, b!], { axis: 0 }),
    },
    'last axis, three inputs': {
      inputs: { a: { shape: [2, 3] }, b: { shape: [2, 1] }, c: { shape: [2, 2] } },
      build: (graph, a, b, c) => graph.add('Concat', [a!, b!, c!], { axis: -1 }),
    },
  },
  Conv: {
    '3x3 padded': convolution([2, 3, 5, 6], [4, 3, 3, 3], { pads: [1, 1, 1, 1] }),
    '3x3 without padding or bias': convolution([2, 3, 5, 6], [2, 3, 3, 3], {}, false),
    '1x1': convolution([2, 3, 4, 4], [5, 3, 1, 1], {}),
    'stride 2, even size': convolution([2, 3, 6, 8], [4, 3, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    'stride 2, odd size': convolution([1, 2, 7, 5], [3, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    'patches (kernel = stride)': convolution([1, 3, 8, 8], [5, 3, 4, 4], { strides: [4, 4] }),
    'patches with a rest': convolution([2, 3, 9, 11], [5, 3, 4, 4], { strides: [4, 4] }),
    groups: convolution([2, 6, 5, 6], [4, 3, 3, 3], { pads: [1, 1, 1, 1], group: 2 }),
    'groups, stride 2': convolution([2, 4, 7, 6], [6, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2], group: 2 }),
    depthwise: convolution([2, 4, 5, 6], [4, 1, 3, 3], { pads: [1, 1, 1, 1], group: 4 }),
    'depthwise, two filters each, stride 2': convolution(
      [2, 3, 6, 6],
      [6, 1, 3, 3],
      { pads: [1, 1, 1, 1], strides: [2, 2], group: 3 },
      false,
    ),
    'groups, 1x1': convolution([2, 4, 3, 3], [4, 2, 1, 1], { group: 2 }),
    dilated: convolution([2, 3, 7, 8], [4, 3, 3, 3], { pads: [2, 2, 2, 2], dilations: [2, 2] }),
    'dilated, stride 2, many filters': convolution([2, 3, 8, 7], [20, 3, 3, 2], { pads: [1, 0, 2, 1], strides: [2, 2], dilations: [2, 1] }),
    'uneven padding': convolution([1, 2, 5, 5], [2, 2, 2, 3], { pads: [1, 0, 0, 2] }),
  },
  Cos: { plain: unary('Cos') },
  Div: {
    plain: binary('Div', [
      [2, 3],
      [2, 3],
    ]),
    broadcast: binary('Div', [[3], [2, 1]]),
  },
  Erf: { plain: { ...unary('Erf'), dataType: 'float32' } },
  Exp: { plain: unary('Exp') },
  Expand: { plain: { inputs: { x: { shape: [3, 1] } }, build: (graph, x) => graph.add('Expand', [x!, graph.integers(2, 3, 4)]) } },
  Gather: {
    'axis 0': { inputs: { x: { shape: [4, 3] } }, build: (graph, x) => graph.add('Gather', [x!, graph.integers(2, 0, 2)], { axis: 0 }) },
    'axis 1, matrix of indices': {
      inputs: { x: { shape: [2, 4, 3] } },
      build: (graph, x) => graph.add('Gather', [x!, graph.numbers('int64', [2, 0, -1, 1], [2, 2])], { axis: 1 }),
    },
    'one element': {
      inputs: { x: { shape: [2, 4, 3] } },
      build: (graph, x) => graph.add('Gather', [x!, graph.numbers('int64', 1)], { axis: 2 }),
    },
    'one slice, counted from the end': {
      inputs: { x: { shape: [2, 4, 3] } },
      build: (graph, x) => graph.add('Gather', [x!, graph.integers(-3)], { axis: 1 }),
    },
  },
  Gemm: {
    plain: gemm([2, 3], [3, 4], [4], {}),
    'first transposed': gemm([3, 2], [3, 4], [2, 4], { transA: 1, alpha: 0.5 }),
    'second transposed': gemm([2, 3], [4, 3], [1, 4], { transB: 1, beta: -2 }),
    'both transposed': gemm([3, 2], [4, 3], [], { transA: 1, transB: 1, alpha: 1.5, beta: 0.5 }),
  },
  Identity: { plain: unary('Identity') },
  LayerNormalization: {
    matrix: layerNormalization([5, 7], {}),
    'three axes, large epsilon': layerNormalization([2, 3, 6], { axis: -1, epsilon: 0.1 }),
    'without a bias': {
      dataType: 'float32',
      inputs: { x: { shape: [3, 6] }, scale: { shape: [6], draw: positive } },
      build: (graph, x, scale) => graph.add('LayerNormalization', [x!, scale!]),
    },
  },
  Log: { plain: unary('Log', positive) },
  MaxPool: {
    'overlapping windows, padded': {
      inputs: { x: { shape: [2, 3, 6, 7] } },
      build: (graph, x) => graph.add('MaxPool', [x!], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    },
    'rounded up': {
      inputs: { x: { shape: [1, 2, 6, 8] } },
      build: (graph, x) => graph.add('MaxPool', [x!], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
    },
  },
  MatMul: {
    matrices: binary(
      'MatMul',
      [
        [2, 3],
        [3, 4],
      ],
      signed,
    ),
    batches: binary(
      'MatMul',
      [
        [5, 2, 3],
        [5, 3, 4],
      ],
      signed,
    ),
    'one matrix for a batch': binary(
      'MatMul',
      [
        [2, 5, 2, 3],
        [3, 4],
      ],
      signed,
    ),
    'broadcast batches': binary(
      'MatMul',
      [
        [2, 1, 2, 3],
        [4, 3, 2],
      ],
      signed,
    ),
  },
  Mul: {
    plain: binary('Mul', [
      [2, 3],
      [2, 3],
    ]),
    broadcast: binary('Mul', [
      [2, 1, 3],
      [4, 1],
    ]),
    square: { inputs: { x: { shape: [4] } }, build: (graph, x) => graph.add('Mul', [x!, x!]) },
  },
  Neg: { plain: unary('Neg') },
  Pad: { plain: { inputs: { x: { shape: [2, 3] } }, build: (graph, x) => graph.add('Pad', [x!, graph.integers(1, 0, 2, 3)]) } },
  ReduceMax: {
    'some axes': { inputs: { x: { shape: [2, 3, 4] } }, build: (graph, x) => graph.add('ReduceMax', [x!, graph.integers(0, -1)]) },
    'all axes': { inputs: { x: { shape: [2, 3] } }, build: (graph, x) => graph.add('ReduceMax', [x!], { keepdims: 0 }) },
  },
  ReduceMean: {
    'some axes': { inputs: { x: { shape: [2, 3, 4] } }, build: (graph, x) => graph.add('ReduceMean', [x!, graph.integers(0, -1)]) },
    'without keeping them': {
      inputs: { x: { shape: [2, 3, 4] } },
      build: (graph, x) => graph.add('ReduceMean', [x!, graph.integers(1)], { keepdims: 0 }),
    },
  },
  ReduceSum: {
    'some axes': { inputs: { x: { shape: [2, 3, 4] } }, build: (graph, x) => graph.add('ReduceSum', [x!, graph.integers(1)]) },
    'all axes': { inputs: { x: { shape: [2, 3] } }, build: (graph, x) => graph.add('ReduceSum', [x!], { keepdims: 0 }) },
  },
  ReduceSumSquare: {
    'some axes': {
      inputs: { x: { shape: [2, 3, 4] } },
      build: (graph, x) => graph.add('ReduceSumSquare', [x!, graph.integers(0, 2)], { keepdims: 0 }),
    },
  },
  Relu: { plain: unary('Relu') },
  Reshape: { plain: { inputs: { x: { shape: [2, 6] } }, build: (graph, x) => graph.add('Reshape', [x!, graph.integers(3, -1, 2)]) } },
  Sigmoid: { plain: unary('Sigmoid') },
  Resize: {
    'larger and smaller': {
      dataType: 'float32',
      inputs: { x: { shape: [2, 3, 5, 4] } },
      build: (graph, x) => graph.add('Resize', [x!, null, null, graph.integers(2, 3, 8, 3)], { mode: 'cubic' }),
    },
    'repeated pixels': {
      dataType: 'float32',
      inputs: { x: { shape: [2, 3, 5, 4] } },
      build: (graph, x) => graph.add('Resize', [x!, null, null, graph.integers(2, 3, 10, 12)], nearestResize),
    },
  },
  Sin: { plain: unary('Sin') },
  Slice: {
    plain: {
      inputs: { x: { shape: [4, 5] } },
      build: (graph, x) => graph.add('Slice', [x!, graph.integers(1, -3), graph.integers(3, 100), graph.integers(0, 1)]),
    },
    'every second row, every third column': {
      inputs: { x: { shape: [2, 5, 7, 2] } },
      build: (graph, x) => graph.add('Slice', [x!, graph.integers(1, 0), graph.integers(5, 7), graph.integers(1, 2), graph.integers(2, 3)]),
    },
  },
  Softmax: {
    'last axis': unary('Softmax'),
    'another axis': { inputs: { x: { shape: [2, 3, 4] } }, build: (graph, x) => graph.add('Softmax', [x!], { axis: 1 }) },
    'weights of values': {
      inputs: { x: { shape: [2, 3, 5] }, v: { shape: [2, 5, 2] } },
      build: (graph, x, v) => graph.add('MatMul', [graph.add('Softmax', [x!], { axis: -1 }), v!]),
    },
    'weights of values, repeated for a batch': {
      inputs: { x: { shape: [3, 5] }, v: { shape: [2, 5, 2] } },
      build: (graph, x, v) => graph.add('MatMul', [graph.add('Softmax', [x!], { axis: 1 }), v!]),
    },
    'weights of values, along another axis': {
      inputs: { x: { shape: [2, 3, 5] }, v: { shape: [2, 5, 2] } },
      build: (graph, x, v) => graph.add('MatMul', [graph.add('Softmax', [x!], { axis: 1 }), v!]),
    },
    'values with weights': {
      inputs: { x: { shape: [2, 3, 5] }, v: { shape: [2, 4, 3] } },
      build: (graph, x, v) => graph.add('MatMul', [v!, graph.add('Softmax', [x!], { axis: -1 })]),
    },
    'weights that are used twice': {
      inputs: { x: { shape: [2, 3, 5] }, v: { shape: [2, 5, 2] } },
      build: (graph, x, v) => {
        const weights = graph.add('Softmax', [x!], { axis: -1 });
        return graph.add('Add', [graph.add('MatMul', [weights, v!]), graph.add('ReduceSumSquare', [weights, graph.integers(-1)])]);
      },
    },
    'a square of weights': {
      inputs: { x: { shape: [2, 3, 3] } },
      build: (graph, x) => {
        const weights = graph.add('Softmax', [x!], { axis: -1 });
        return graph.add('MatMul', [weights, weights]);
      },
    },
  },
  Split: {
    'three parts': {
      inputs: { x: { shape: [2, 6, 2] } },
      build: (graph, x) => graph.addAll('Split', [x!, graph.integers(1, 3, 2)], { axis: 1 }),
    },
    'one part unused': {
      inputs: { x: { shape: [5, 2] } },
      build: (graph, x) => graph.addAll('Split', [x!, graph.integers(2, 3)], { axis: -2 })[1]!,
    },
  },
  Sqrt: { plain: unary('Sqrt', positive) },
  Squeeze: { plain: { inputs: { x: { shape: [2, 1, 3] } }, build: (graph, x) => graph.add('Squeeze', [x!, graph.integers(1)]) } },
  Sub: {
    plain: binary('Sub', [
      [2, 3],
      [2, 3],
    ]),
    broadcast: binary('Sub', [[3], [2, 1]]),
  },
  Tanh: { plain: unary('Tanh') },
  Transpose: { plain: { inputs: { x: { shape: [2, 3, 4] } }, build: (graph, x) => graph.add('Transpose', [x!], { perm: [2, 0, 1] }) } },
  Unsqueeze: { plain: { inputs: { x: { shape: [2, 3] } }, build: (graph, x) => graph.add('Unsqueeze', [x!, graph.integers(0, 2)]) } },
  Where: {
    broadcast: {
      inputs: { x: { shape: [2, 3] }, y: { shape: [3] } },
      build: (graph, x, y) => graph.add('Where', [alternate(graph, [3]), x!, y!]),
    },
  },
};
