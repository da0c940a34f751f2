/** The named gradients of convolutions: their shapes, what they refuse, and that they stay within the program. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

describe('gradients of Conv', () => {
  test('are one named node each, with the shapes of the input and of the weights', () => {
    const pads = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2));
    const sizes = fc.record({ spatial: pair(9, 14), kernel: pair(1, 4), strides: pair(1, 3), dilations: pair(1, 2), pads });
    fc.assert(
      fc.property(sizes, fc.constantFrom(1, 2, 4), ({ spatial, kernel, ...attributes }, group) => {
        const graph = new Graph();
        const x = graph.input('x', 'float32', [2, 4, ...spatial]);
        const w = graph.input('w', 'float32', [8, 4 / group, ...kernel]);
        const y = graph.add('Conv', [x, w], { kernel_shape: kernel, group, ...attributes });
        const before = graph.nodes.length;
        const [dx, dw] = differentiate(graph, graph.add('ReduceSum', [y], { keepdims: 0 }), [x, w]);
        expect(dx!.shape).toEqual(x.shape);
        expect(dw!.shape).toEqual(w.shape);
        const added = graph.nodes.slice(before).map(({ operator }) => operator);
        expect(added.filter((operator) => operator.startsWith('Conv'))).toEqual(['ConvInputGradient', 'ConvWeightGradient']);
      }),
      { numRuns: 60 },
    );
  });

  test('refuse operands that do not fit', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 4, 8, 8]);
    const w = graph.input('w', 'float32', [6, 4, 3, 3]);
    const gradient = graph.input('gradient', 'float32', [2, 6, 6, 6]);
    const kernel_shape = [3, 3];
    expect(graph.add('ConvInputGradient', [gradient, w], { kernel_shape }).shape).toEqual([2, 4, 8, 8]);
    expect(graph.add('ConvWeightGradient', [x, gradient], { kernel_shape }).shape).toEqual([6, 4, 3, 3]);
    expect(() => graph.add('ConvInputGradient', [x, w], { kernel_shape })).toThrow('x [2, 4, 8, 8] must have 6 channels');
    expect(() => graph.add('ConvInputGradient', [gradient, w], { kernel_shape, output_padding: [1, 0] })).toThrow(
      'output_padding [1,0] must be smaller than the strides [1,1]',
    );
    expect(() => graph.add('ConvWeightGradient', [x, gradient], { kernel_shape, pads: [1, 1, 1, 1] })).toThrow(
      'gradient must be [2, 6, 8, 8], received [2, 6, 6, 6]',
    );
    expect(() => graph.add('ConvWeightGradient', [x, gradient], { kernel_shape, group: 4 })).toThrow(
      '4 channels and 6 filters cannot be divided into 4 groups',
    );
    expect(() => graph.add('ConvWeightGradient', [x, gradient])).toThrow('2 sizes of the kernel');
  });

  test('cannot be differentiated again, nor be written to a file', () => {
    const graph = new Graph();
    const w = graph.input('w', 'float32', [6, 4, 3, 3]);
    const dx = graph.add('ConvInputGradient', [graph.input('gradient', 'float32', [2, 6, 6, 6]), w], { kernel_shape: [3, 3] });
    expect(() => differentiate(graph, graph.add('ReduceSum', [dx], { keepdims: 0 }), [w])).toThrow(
      'ConvInputGradient cannot be differentiated with respect to its input W',
    );
    graph.output('dx', dx);
    expect(() => encodeOnnx(graph)).toThrow(/^ConvInputGradient .* has to be lowered before its graph is written to a file$/);
  });
});
