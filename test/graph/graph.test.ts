import { describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import type { OperatorName } from '#antonym/graph/operators/table.js';

interface Mistake {
  /** The line that must throw. */
  make(graph: Graph): unknown;
  message: RegExp;
}

const input = (graph: Graph, ...shape: (number | string)[]) => graph.input('x', 'float32', shape);

const mistakes: Record<string, Mistake> = {
  'an unknown operator': {
    make: (graph) => graph.add('Sine' as OperatorName, [input(graph, 2)]),
    message: /^unknown operator Sine$/,
  },
  'an unknown attribute': {
    make: (graph) => graph.add('Conv', [input(graph, 1, 3, 8, 8), graph.input('w', 'float32', [4, 3, 3, 3])], { padding: [1, 1, 1, 1] }),
    message:
      /^Conv\(x float32\[1, 3, 8, 8\], w float32\[4, 3, 3, 3\]\): no attribute padding; known: kernel_shape, strides, pads, dilations, group$/,
  },
  'an attribute of another kind': {
    make: (graph) => graph.add('Softmax', [input(graph, 2)], { axis: [0] }),
    message: /^Softmax\(x float32\[2\]\): attribute axis must be of kind int, received \[0\]$/,
  },
  'a fraction for an integer attribute': {
    make: (graph) => graph.add('Softmax', [input(graph, 2)], { axis: 0.5 }),
    message: /^Softmax\(x float32\[2\]\): attribute axis must be of kind int, received 0\.5$/,
  },
  'a missing attribute': {
    make: (graph) => graph.add('Concat', [input(graph, 2)]),
    message: /^Concat\(x float32\[2\]\): attribute axis is missing$/,
  },
  'a missing input': {
    make: (graph) => graph.add('Conv', [input(graph, 1, 3, 8, 8), null]),
    message: /^Conv\(x float32\[1, 3, 8, 8\], \): input W is missing$/,
  },
  'a gap among variadic inputs': {
    make: (graph) => graph.add('Min', [input(graph, 2), null, graph.numbers('float32', 1)]),
    message: /^Min\(.*\): input data is missing$/,
  },
  'too many inputs': {
    make: (graph) => graph.add('Relu', [input(graph, 2), graph.numbers('float32', 1)]),
    message: /^Relu\(.*\): at most 1 inputs, received 2$/,
  },
  'numbers alone': {
    make: (graph) => graph.add('Add', [1, 2]),
    message: /^Add\(1, 2\): at least one input must be a value$/,
  },
  'shapes that do not broadcast': {
    make: (graph) => graph.add('Add', [input(graph, 2, 3), graph.input('y', 'float32', [4])]),
    message: /^Add\(x float32\[2, 3\], y float32\[4\]\): \[2, 3\] and \[4\] do not broadcast: 3 against 4$/,
  },
  'names that do not broadcast': {
    make: (graph) => graph.add('Mul', [input(graph, 'batch', 3), graph.input('y', 'float32', ['crops', 3])]),
    message: /do not broadcast: batch against crops$/,
  },
  'element types that differ': {
    make: (graph) => graph.add('Add', [input(graph, 2), graph.input('y', 'int64', [2])]),
    message: /^Add\(x float32\[2\], y int64\[2\]\): inputs of one type expected, received float32 and int64 \(y\)$/,
  },
  'matrices that do not meet': {
    make: (graph) => graph.add('MatMul', [input(graph, 2, 3), graph.input('y', 'float32', [4, 5])]),
    message: /^MatMul\(x float32\[2, 3\], y float32\[4, 5\]\): 3 columns do not meet 4 rows$/,
  },
  'a vector for a matrix': {
    make: (graph) => graph.add('MatMul', [input(graph, 3), graph.input('y', 'float32', [3, 5])]),
    message: /matrices expected/,
  },
  'channels that do not meet': {
    make: (graph) => graph.add('Conv', [input(graph, 1, 3, 8, 8), graph.input('w', 'float32', [4, 5, 3, 3])]),
    message: /x has 3 channels, w expects 5$/,
  },
  'a kernel shape that is not that of the weights': {
    make: (graph) => graph.add('Conv', [input(graph, 1, 3, 8, 8), graph.input('w', 'float32', [4, 3, 3, 3])], { kernel_shape: [1, 1] }),
    message: /kernel_shape \[1,1\] is not that of w, \[3,3\]$/,
  },
  'an image smaller than the kernel': {
    make: (graph) => graph.add('Conv', [input(graph, 1, 3, 2, 8), graph.input('w', 'float32', [4, 3, 5, 5])]),
    message: /^Conv\(.*\): conv_1 would have the shape \[1, 4, -2, 4\]$/,
  },
  'an image without channels': {
    make: (graph) => graph.add('AveragePool', [input(graph, 8, 8)], { kernel_shape: [2, 2], strides: [2, 2] }),
    message: /^AveragePool\(x float32\[8, 8\]\): x must be of rank 4, received rank 2$/,
  },
  'pooling windows that overlap': {
    make: (graph) => graph.add('AveragePool', [input(graph, 1, 1, 8, 8)], { kernel_shape: [3, 3], strides: [2, 2] }),
    message: /kernel sizes equal to the strides expected, received kernel \[3,3\] and strides \[2,2\]$/,
  },
  'normalisation of other channels': {
    make: (graph) => {
      const vector = graph.input('v', 'float32', [4]);
      return graph.addAll('BatchNormalization', [input(graph, 1, 3, 8, 8), vector, vector, vector, vector]);
    },
    message: /^BatchNormalization\(.*\): v must be \[3\]$/,
  },
  'an axis that does not exist': {
    make: (graph) => graph.add('ReduceSum', [input(graph, 2, 3), graph.integers(2)]),
    message: /axis 2 lies outside a tensor of rank 2$/,
  },
  'a reshape to another number of elements': {
    make: (graph) => graph.add('Reshape', [input(graph, 2, 3), graph.integers(4, 2)]),
    message: /\[2, 3\] does not fill \[4, 2\]$/,
  },
  'a reshape with a remainder': {
    make: (graph) => graph.add('Reshape', [input(graph, 2, 3), graph.integers(4, -1)]),
    message: /\[2, 3\] cannot be divided into \[4\]$/,
  },
  'a reshape to two unknown sizes': {
    make: (graph) => graph.add('Reshape', [input(graph, 2, 3), graph.integers(-1, -1)]),
    message: /at most one size may be -1$/,
  },
  'a reshape to a shape that is not known': {
    make: (graph) => graph.add('Reshape', [input(graph, 2, 3), graph.input('shape', 'int64', [2])]),
    message: /the shape \(shape\) must be known while building the graph$/,
  },
  'no permutation': {
    make: (graph) => graph.add('Transpose', [input(graph, 2, 3)], { perm: [0, 0] }),
    message: /perm \[0,0\] is not a permutation of 2 axes$/,
  },
  'parts that do not fit side by side': {
    make: (graph) => graph.add('Concat', [input(graph, 2, 3), graph.input('y', 'float32', [2, 4])], { axis: 0 }),
    message: /y \[2, 4\] does not fit \[2, 3\] beside axis 0$/,
  },
  'an axis to squeeze that is not 1': {
    make: (graph) => graph.add('Squeeze', [input(graph, 2, 3), graph.integers(1)]),
    message: /axis 1 has size 3, not 1$/,
  },
  'the same new axis twice': {
    make: (graph) => graph.add('Unsqueeze', [input(graph, 2, 3), graph.integers(1, -3)]),
    message: /axes \[1,-3\] name one axis twice$/,
  },
  'padding for other axes': {
    make: (graph) => graph.add('Pad', [input(graph, 2, 3), graph.integers(1, 1)]),
    message: /pads must be 4 sizes from 0, received \[1,1\]$/,
  },
  'a slice with step 0': {
    make: (graph) => graph.add('Slice', [input(graph, 4), graph.integers(0), graph.integers(2), graph.integers(0), graph.integers(0)]),
    message: /a step must not be 0$/,
  },
  'a slice of a size that is not known': {
    make: (graph) => graph.add('Slice', [input(graph, 'batch'), graph.integers(0), graph.integers(2)]),
    message: /a sliced axis needs a fixed shape, received \[batch\]$/,
  },
  'an index outside known elements': {
    make: (graph) => graph.add('Gather', [graph.integers(5, 6), graph.integers(2)], { axis: 0 }),
    message: /index 2 lies outside 2 elements$/,
  },
  'indices that are no integers': {
    make: (graph) => graph.add('Gather', [input(graph, 2), graph.numbers('float32', [0])], { axis: 0 }),
    message: /indices must be int64 or int32, received float32$/,
  },
  'updates that do not fit': {
    make: (graph) =>
      graph.add('ScatterND', [input(graph, 4, 3), graph.numbers('int64', [0, 1], [2, 1]), graph.input('u', 'float32', [2, 2])]),
    message: /updates must be \[2, 3\], received \[2, 2\]$/,
  },
  'a condition that is not bool': {
    make: (graph) => graph.add('Where', [input(graph, 2), 1, 2]),
    message: /x must be bool, received float32$/,
  },
  'an element type that is not supported': {
    make: (graph) => graph.add('Cast', [input(graph, 2)], { to: 16 }),
    message: /element type 16 is not supported$/,
  },
  'an input whose name is taken': {
    make: (graph) => [input(graph, 2), graph.input('x', 'float32', [3])],
    message: /^the name x is taken$/,
  },
  'an output whose name is taken': {
    make: (graph) => {
      const y = graph.add('Relu', [input(graph, 2)]);
      graph.output('y', y);
      graph.output('y', y);
    },
    message: /^the name y is taken$/,
  },
  'a constant whose name is taken': {
    make: (graph) => [input(graph, 2), graph.constant({ dataType: 'float32', shape: [1], data: Float32Array.of(1) }, 'x')],
    message: /^the name x is taken$/,
  },
  'a constant that does not fill its shape': {
    make: (graph) => graph.numbers('float32', [1, 2, 3], [2, 2]),
    message: /3 values do not fill the shape \[2, 2\]$/,
  },
  'a size below 0': {
    make: (graph) => input(graph, 2, -1),
    message: /x would have the shape \[2, -1\]$/,
  },
};

describe('a mistake throws at the line that makes it', () => {
  for (const [name, { make, message }] of Object.entries(mistakes)) {
    test(name, () => {
      const graph = new Graph();
      expect(() => make(graph)).toThrow(message);
    });
  }
});

describe('sharing', () => {
  test('equal nodes are one node, whatever the order of their attributes', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1, 1, 4, 4]);
    const first = graph.add('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    expect(graph.add('AveragePool', [x], { strides: [2, 2], kernel_shape: [2, 2] })).toBe(first);
    expect(graph.nodes).toHaveLength(1);
  });

  test('nodes that differ in inputs, their order, or attributes are different nodes', () => {
    const graph = new Graph();
    const [x, y] = [graph.input('x', 'float32', [4, 4]), graph.input('y', 'float32', [4, 4])];
    const values = [
      graph.add('Sub', [x, y]),
      graph.add('Sub', [y, x]),
      graph.add('Add', [x, y]),
      graph.add('Softmax', [x], { axis: 0 }),
      graph.add('Softmax', [x], { axis: 1 }),
    ];
    expect(new Set(values).size).toBe(values.length);
  });

  test('equal small constants are one constant; type, shape and the sign of zero tell them apart', () => {
    const graph = new Graph();
    expect(graph.numbers('float32', [1, 2])).toBe(graph.numbers('float32', [1, 2]));
    const different = [
      graph.numbers('float32', 0),
      graph.numbers('float32', -0),
      graph.numbers('float64', 0),
      graph.numbers('int64', 0),
      graph.numbers('float32', [0]),
      graph.numbers('float32', [0], [1, 1]),
    ];
    expect(new Set(different).size).toBe(different.length);
  });

  test('a copy grows on its own', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    const y = graph.add('Relu', [x]);
    const copy = graph.copy();
    expect(copy.add('Relu', [x])).toBe(y);
    const added = copy.add('Neg', [y]);
    copy.output('z', added);
    expect(graph.nodes).toHaveLength(1);
    expect([...graph.outputs.keys()]).toEqual([]);
    expect(graph.add('Exp', [y])).not.toBe(added);
  });

  test('a number becomes a constant of the type of its sibling', () => {
    const graph = new Graph();
    expect(graph.add('Mul', [2, graph.input('x', 'float64', [3])])).toMatchObject({ dataType: 'float64', shape: [3] });
  });
});
