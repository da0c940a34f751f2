import { beforeAll, describe, expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { type OperatorName, operators } from '#antonym/graph/operators/table.js';
import { sendableGraph } from '#antonym/graph/sendable-graph.js';
import type { Value } from '#antonym/graph/value.js';
import { type RandomStream, randomStream } from '#antonym/support/random.js';
import { elementCount, type TensorData } from '#antonym/tensors/tensor-data.js';
import { executeGraph } from '#antonym/train/engines/tensorflow/execute-graph.js';
import { loadTensorFlow, type Tensor, type TensorFlow } from '#antonym/train/engines/tensorflow/load-tensorflow.js';
import { fromTensor, toTensor } from '#antonym/train/engines/tensorflow/tensor-types.js';
import { gradientCases } from '../../graph/gradient-cases.js';
import type { GradientCase } from '../../graph/gradient-check.js';
import { compile } from '../../graph/run-graph.js';

/** Operators that have no gradient rule. */
const forwardCases: Partial<Record<OperatorName, Record<string, GradientCase>>> = {
  And: { broadcast: function_((graph, x) => graph.add('And', [isPositive(graph, x), graph.numbers('bool', [1, 0, 1, 1])])) },
  ConvInputGradient: {
    '3x3 padded': gradientOfInput([2, 4, 5, 6], [4, 3, 3, 3], { pads: [1, 1, 1, 1] }),
    '1x1': gradientOfInput([2, 5, 4, 4], [5, 3, 1, 1], {}),
    'stride 2, edges that no window reaches': gradientOfInput([1, 3, 4, 3], [3, 2, 3, 3], {
      ...{ pads: [0, 1, 0, 1], strides: [2, 2], output_padding: [1, 0] },
    }),
    'groups, dilated': gradientOfInput([1, 4, 5, 4], [4, 3, 3, 2], { group: 2, dilations: [2, 1], pads: [1, 0, 2, 0] }),
    depthwise: gradientOfInput([2, 4, 5, 6], [4, 1, 3, 3], { pads: [1, 1, 1, 1], group: 4 }),
    'groups, stride 2': gradientOfInput([2, 6, 4, 3], [6, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2], group: 2 }),
  },
  ConvTranspose: {
    'stride 2, uneven': transposedConvolution([2, 3, 4, 3], [3, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] }),
    'groups, dilated': transposedConvolution([1, 4, 5, 4], [4, 3, 3, 2], { group: 2, dilations: [2, 1], pads: [1, 0, 2, 0] }),
  },
  ConvWeightGradient: {
    'many positions, colours': gradientOfWeights([2, 3, 9, 10], [2, 4, 9, 10], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    'many positions': gradientOfWeights([2, 6, 9, 10], [2, 4, 9, 10], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    'few positions, uneven padding': gradientOfWeights([2, 6, 4, 3], [2, 8, 3, 4], { kernel_shape: [3, 2], pads: [1, 0, 0, 2] }),
    'minimal filtering': gradientOfWeights([2, 32, 6, 7], [2, 48, 6, 7], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    '1x1, many positions': gradientOfWeights([2, 3, 6, 6], [2, 5, 6, 6], { kernel_shape: [1, 1] }),
    '1x1, few positions': gradientOfWeights([2, 9, 3, 3], [2, 5, 3, 3], { kernel_shape: [1, 1] }),
    'patches with a rest': gradientOfWeights([2, 3, 9, 11], [2, 5, 2, 2], { kernel_shape: [4, 4], strides: [4, 4] }),
    'groups, stride 2': gradientOfWeights([2, 4, 7, 6], [2, 6, 4, 3], {
      ...{ kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2], group: 2 },
    }),
    depthwise: gradientOfWeights([2, 4, 5, 6], [2, 4, 5, 6], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 4 }),
    dilated: gradientOfWeights([2, 3, 7, 8], [2, 4, 7, 8], { kernel_shape: [3, 3], pads: [2, 2, 2, 2], dilations: [2, 2] }),
  },
  Equal: { rounded: compared('Equal') },
  Greater: { broadcast: compared('Greater') },
  HardSigmoid: { plain: function_((graph, x) => graph.add('HardSigmoid', [x], { alpha: 0.4, beta: 0.3 })) },
  IsNaN: { 'a root of negative numbers': function_((graph, x) => graph.add('IsNaN', [graph.add('Sqrt', [x])])) },
  Max: { 'three, broadcast': function_((graph, x) => graph.add('Max', [x, 0.1, graph.add('Neg', [x])])) },
  MeanProduct: {
    plain: {
      dataType: 'float32',
      inputs: { x: { shape: [2, 3, 5] }, w: { shape: [5] } },
      build: (graph, ...inputs) => graph.add('MeanProduct', inputs),
    },
  },
  Min: { 'three, broadcast': function_((graph, x) => graph.add('Min', [x, 0.1, graph.add('Neg', [x])])) },
  Mod: {
    'integers of both signs': function_((graph, x) =>
      graph.add('Mod', [graph.add('Cast', [graph.add('Mul', [x, 10])], { to: 6 }), graph.numbers('int32', [3, -3, 7, -7])]),
    ),
  },
  Not: { plain: function_((graph, x) => graph.add('Not', [isPositive(graph, x)])) },
  Range: {
    'from 2 in steps of 3': function_((graph) =>
      graph.add(
        'Range',
        [2, 12, 3].map((value) => graph.numbers('int64', [value], [])),
      ),
    ),
  },
  ScatterND: {
    added: function_((graph, x) => scattered(graph, x, 'add', [1, 0, 1])),
    written: function_((graph, x) => scattered(graph, x, 'none', [2, 0, 1])),
  },
  Shape: { plain: function_((graph, x) => graph.add('Shape', [x])) },
  Sign: { plain: function_((graph, x) => graph.add('Sign', [graph.add('Relu', [x])])) },
};

function function_(build: (graph: Graph, x: Value) => Value): GradientCase {
  return { dataType: 'float32', inputs: { x: { shape: [3, 4] } }, build: (graph, x) => build(graph, x!) };
}

function isPositive(graph: Graph, x: Value): Value {
  return graph.add('Greater', [x, 0]);
}

function compared(operator: OperatorName): GradientCase {
  return function_((graph, x) => graph.add(operator, [graph.add('Sign', [x]), graph.numbers('float32', [1, 1, -1, 0])]));
}

function scattered(graph: Graph, x: Value, reduction: string, rows: number[]): Value {
  return graph.add('ScatterND', [x, graph.numbers('int64', rows, [3, 1]), graph.add('Mul', [x, 2])], { reduction });
}

function transposedConvolution(x: number[], w: number[], attributes: Record<string, number | number[]>): GradientCase {
  return {
    dataType: 'float32',
    inputs: { x: { shape: x }, w: { shape: w } },
    build: (graph, input, weight) => graph.add('ConvTranspose', [input!, weight!], attributes),
  };
}

function gradientOfInput(gradient: number[], w: number[], attributes: Record<string, number | number[]>): GradientCase {
  return {
    dataType: 'float32',
    inputs: { gradient: { shape: gradient }, w: { shape: w } },
    build: (graph, ...inputs) => graph.add('ConvInputGradient', inputs, attributes),
  };
}

function gradientOfWeights(x: number[], gradient: number[], attributes: Record<string, number | number[]>): GradientCase {
  return {
    dataType: 'float32',
    inputs: { x: { shape: x }, gradient: { shape: gradient } },
    build: (graph, ...inputs) => graph.add('ConvWeightGradient', inputs, attributes),
  };
}

interface BuiltCase {
  readonly graph: Graph;
  readonly values: Value[];
  readonly outputs: readonly Value[];
  readonly point: Record<string, TensorData>;
}

/** The function as a graph with the outputs `output_0`, ..., and random values of its inputs. */
function buildCase(name: string, { inputs, build, dataType = 'float64' }: GradientCase): BuiltCase {
  const random = randomStream(`TensorFlow.js: ${name}`);
  const graph = new Graph();
  const values = Object.entries(inputs).map(([input, { shape }]) => graph.input(input, dataType, shape));
  const outputs = [build(graph, ...values)].flat() as Value[];
  for (const [index, output] of outputs.entries()) graph.output(`output_${index}`, output);
  const point = Object.fromEntries(
    Object.entries(inputs).map(([input, { shape, draw = (stream: RandomStream) => stream.normal() }]) => {
      const drawn = Array.from({ length: elementCount(shape) }, () => draw(random));
      const data = dataType === 'float32' ? Float32Array.from(drawn) : Float64Array.from(drawn);
      return [input, { dataType, shape, data } satisfies TensorData];
    }),
  );
  return { graph, values, outputs, point };
}

/** Adds `loss`: all outputs weighted with random numbers. */
function addLoss(name: string, { graph, outputs }: BuiltCase): Value {
  const random = randomStream(`TensorFlow.js: loss of ${name}`);
  const terms = outputs.map((value) => {
    const shape = value.shape as number[];
    const weights = graph.numbers(value.dataType, Array.from({ length: elementCount(shape) }, random.normal), shape);
    return graph.add('ReduceSum', [graph.add('Mul', [value, weights])], { keepdims: 0 });
  });
  const loss = terms.reduce((sum, term) => graph.add('Add', [sum, term]));
  graph.output('loss', loss);
  return loss;
}

function expectClose(found: TensorData, expected: TensorData, what: string): void {
  expect(found.shape, what).toEqual(expected.shape);
  const [actual, reference] = [Array.from(found.data, Number), Array.from(expected.data, Number)];
  const difference = Math.hypot(...actual.map((value, index) => value - reference[index]!));
  expect(difference / Math.max(Math.hypot(...reference), 1e-3), what).toBeLessThan(1e-5);
}

describe('operators in TensorFlow.js, in pure JavaScript, against ONNX Runtime', () => {
  let tf: TensorFlow;

  beforeAll(async () => {
    ({ tf } = await loadTensorFlow());
  });

  const execute = (graph: Graph, feeds: Record<string, Tensor>) => {
    const plain = sendableGraph(graph);
    const constant = (value: Value) => toTensor(tf, plain.constants.get(value)!);
    return executeGraph(tf, plain, { constant, input: (name) => feeds[name]!, frees: false });
  };

  for (const [operator, variants] of Object.entries({ ...gradientCases, ...forwardCases })) {
    for (const [variant, check] of Object.entries(variants)) {
      test(`${operator}: ${variant}`, async () => {
        const built = buildCase(`${operator}: ${variant}`, check);
        const expected = await (await compile(built.graph))(built.point);
        const feeds = Object.fromEntries(Object.entries(built.point).map(([name, tensor]) => [name, toTensor(tf, tensor)]));
        const found = execute(built.graph, feeds);
        for (const [name, tensor] of found) {
          expectClose(fromTensor(tensor, expected[name]!.dataType), expected[name]!, name);
          expect(expected[name]!.data.some((value) => Number(value) !== 0)).toBe(true);
        }
      });
    }
  }

  for (const [operator, variants] of Object.entries(gradientCases)) {
    for (const [variant, check] of Object.entries(variants)) {
      test(`gradient of ${operator}: ${variant}`, async () => {
        const name = `${operator}: ${variant}`;
        const built = buildCase(name, check);
        const loss = addLoss(name, built);
        const differentiated = built.graph.copy();
        for (const [index, gradient] of differentiate(differentiated, loss, built.values).entries()) {
          differentiated.output(`gradient_${index}`, gradient);
        }
        const expected = await (await compile(differentiated))(built.point);
        const names = Object.keys(built.point);
        const gradients = tf.grads((...inputs: Tensor[]) => {
          const feeds = Object.fromEntries(names.map((input, index) => [input, inputs[index]!]));
          return execute(built.graph, feeds).get('loss')!;
        })(names.map((input) => toTensor(tf, built.point[input]!)));
        for (const [index, gradient] of gradients.entries()) {
          const reference = expected[`gradient_${index}`]!;
          expectClose(fromTensor(gradient, reference.dataType), reference, `d/d${names[index]}`);
        }
      });
    }
  }

  test('has a case for every operator of the table', () => {
    expect([...Object.keys(gradientCases), ...Object.keys(forwardCases)].sort()).toEqual(Object.keys(operators).sort());
  });
});
