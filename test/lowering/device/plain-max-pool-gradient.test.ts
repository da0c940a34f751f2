import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { plainMaxPoolGradient } from '#antonym/lowering/device/plain-max-pool-gradient.js';
import { randomStream } from '#antonym/support/random.js';
import { elementCount, floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { compile } from '../../graph/run-graph.js';

test('the gradient of MaxPool is the same without places, whatever windows and padding, and where values are equal', async () => {
  const size = fc.integer({ min: 4, max: 9 });
  const pads = fc.constantFrom([0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1, 0]);
  // what ONNX Runtime infers of windows that begin in the padding, rounded up, contradicts its kernels
  const isKnown = ({
    ceil,
    kernel,
    stride,
    pads: around,
  }: {
    ceil: boolean;
    kernel: number;
    stride: number;
    pads: readonly number[];
  }): boolean => !ceil || (around.every((own) => own === 0) && stride <= kernel);
  const geometry = fc.record({
    height: size,
    width: size,
    kernel: fc.constantFrom(2, 3),
    stride: fc.constantFrom(1, 2, 3),
    pads,
    ceil: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(geometry.filter(isKnown), fc.nat(), async ({ height, width, kernel, stride, pads: around, ceil }, seed) => {
      const graph = new Graph();
      const x = graph.input('x', 'float32', [2, 3, height, width]);
      const attributes = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: around, ceil_mode: ceil ? 1 : 0 };
      const y = graph.add('MaxPool', [x], attributes);
      const loss = graph.add('ReduceSum', [graph.add('Mul', [y, graph.input('dy', 'float32', y.shape)])], { keepdims: 0 });
      graph.output('dx', differentiate(graph, loss, [x])[0]!);
      const plain = plainMaxPoolGradient(graph);
      expect(plain.nodes.map(({ operator }) => operator)).not.toContain('ScatterND');
      const random = randomStream(seed, 'max pool');
      // few different numbers: many windows have several largest ones
      const drawn = (shape: number[], draw: () => number): TensorData =>
        floatTensor(shape, Array.from({ length: elementCount(shape) }, draw));
      const feeds = { x: drawn(x.shape as number[], () => random.integer(5) - 3), dy: drawn(y.shape as number[], random.normal) };
      const [expected, found] = [await (await compile(graph))(feeds), await (await compile(plain))(feeds)];
      for (const [index, value] of expected.dx!.data.entries()) expect(Number(found.dx!.data[index])).toBeCloseTo(Number(value), 5);
    }),
    { numRuns: 25 },
  );
});
