import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { neededParts } from '#antonym/graph/needed-parts.js';
import { lowerConvolutions } from '#antonym/lowering/convolution/lower-convolutions.js';
import { randomStream } from '#antonym/support/random.js';
import { elementCount, floatTensor } from '#antonym/tensors/tensor-data.js';
import { compile } from '../../graph/run-graph.js';

/** As many as it takes to pay. */
const enough = 128;

interface Sizes {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly pads: readonly number[];
}

/** The gradients of sum(dy * conv(x, w)). */
function gradients({ count, height, width, pads }: Sizes, channels = enough, filters = enough): Graph {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [count, channels, height, width]);
  const w = graph.input('w', 'float32', [filters, channels, 3, 3]);
  const y = graph.add('Conv', [x, w], { kernel_shape: [3, 3], pads });
  const loss = graph.add('ReduceSum', [graph.add('Mul', [y, graph.input('dy', 'float32', y.shape)])], { keepdims: 0 });
  const [dx, dw] = differentiate(graph, loss, [x, w]) as [typeof x, typeof x];
  graph.output('dx', dx);
  graph.output('dw', dw);
  return graph;
}

/** By convolutions alone, and with minimal filtering. */
const plain = (graph: Graph): Graph => lowerConvolutions(graph, 'cpu');
const filtered = (graph: Graph): Graph => lowerConvolutions(graph, 'blocked-cpu');
const convolutions = (graph: Graph): number => neededParts(graph).nodes.filter(({ operator }) => operator === 'Conv').length;

describe('input gradients by minimal filtering', () => {
  test('are what the convolution computes, whatever the size and the padding', async () => {
    const pad = fc.constantFrom(0, 1, 2);
    const side = fc.integer({ min: 10, max: 20 });
    const sizes = fc.record({ count: fc.constantFrom(3, 4), height: side, width: side, pads: fc.tuple(pad, pad, pad, pad) });
    const random = randomStream('minimal filtering of gradients');
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const graph = gradients(size);
        const [convolved, rewritten] = [plain(graph), filtered(graph)];
        fc.pre(convolutions(rewritten) < convolutions(convolved));
        const feeds = Object.fromEntries(
          [...graph.inputs].map(([name, { shape }]) => {
            const fixed = shape as number[];
            return [name, floatTensor(fixed, Float32Array.from({ length: elementCount(fixed) }, random.normal))];
          }),
        );
        const [expected, found] = [await (await compile(convolved))(feeds), await (await compile(rewritten))(feeds)];
        for (const name of ['dx', 'dw']) {
          const values = Array.from(expected[name]!.data, Number);
          const difference = values.reduce((sum, value, index) => sum + (value - Number(found[name]!.data[index])) ** 2, 0);
          expect(difference / values.reduce((sum, value) => sum + value ** 2, 0), name).toBeLessThan(1e-10);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('transform what the weight gradient transforms, once', () => {
    const graph = gradients({ count: 3, height: 16, width: 16, pads: [1, 1, 1, 1] });
    const products = (graph: Graph): number => neededParts(graph).nodes.filter(({ operator }) => operator === 'MatMul').length;
    // the filters', the product of tiles, and back along both axes
    expect(products(filtered(graph))).toBe(products(plain(graph)) + 4);
  });

  test('are left to the convolution where that is no more arithmetic', () => {
    const graph = gradients({ count: 1, height: 3, width: 3, pads: [1, 1, 1, 1] });
    expect(convolutions(filtered(graph))).toBe(convolutions(plain(graph)));
  });

  test.each([
    [64, enough],
    [enough, 64],
  ])('are left to the convolution with %i channels and %i filters', (channels, filters) => {
    const sizes = { count: 8, height: 12, width: 12, pads: [1, 1, 1, 1] };
    expect(convolutions(filtered(gradients(sizes)))).toBeLessThan(convolutions(plain(gradients(sizes))));
    const graph = gradients(sizes, channels, filters);
    expect(convolutions(filtered(graph))).toBe(convolutions(plain(graph)));
  });
});
