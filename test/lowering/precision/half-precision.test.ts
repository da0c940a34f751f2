import { describe, expect, test } from 'vitest';
import { constantValues } from '#antonym/export/precision/constant-values.js';
import { Graph } from '#antonym/graph/graph.js';
import { linearResize, nearestResize } from '#antonym/graph/operators/resize.js';
import type { Value } from '#antonym/graph/value.js';
import { inHalfPrecision, roundedToHalfPrecision } from '#antonym/lowering/precision/half-precision.js';
import { nodesFrom } from '#antonym/lowering/precision/precision-source.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { compile } from '../../graph/run-graph.js';

/** The graph of one function of x in half precision, what it computes, and the types of the results of each operator. */
async function halved(values: number[], build: (graph: Graph, x: Value) => Value): Promise<{ y: number[]; types: Record<string, string> }> {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [1, values.length]);
  const until = build(graph, x);
  graph.output('y', graph.add('Exp', [graph.add('Neg', [until])]));
  graph.output('until', until);
  const half = inHalfPrecision({ graph, known: await constantValues(graph), kept: nodesFrom(graph, until) });
  const { until: y } = await (await compile(half))({ x: floatTensor([1, values.length], values) });
  expect(y!.dataType).toBe('float32');
  return {
    y: Array.from(y!.data, Number),
    types: Object.fromEntries(half.nodes.map(({ operator, outputs }) => [operator, outputs[0]!.dataType])),
  };
}

const identity = (graph: Graph, factor = 1): Value => graph.constant(floatTensor([2, 2], [factor, 0, 0, factor]), 'matrix');

describe('results that are rounded as kernels of half precision round them', () => {
  test('are halves: subnormal ones, infinities, and nothing else', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1, 2]);
    const product = graph.add('MatMul', [graph.add('Mul', [x, 2]), identity(graph)]);
    graph.output('y', graph.add('Relu', [graph.add('Add', [product, product])]));
    const rounded = roundedToHalfPrecision({ graph, known: new Map(), kept: new Set() });
    const run = await compile(rounded);
    const y = async (a: number, b: number) => [...(await run({ x: floatTensor([1, 2], [a, b]) })).y!.data];
    // 2 (1 + 2^-12) is no half
    expect(await y(1 + 2 ** -12, 3)).toEqual([4, 12]);
    expect(await y(1e-8, 1.2 * 2 ** -24)).toEqual([0, 4 * 2 ** -24]);
    expect(await y(20000, 16000)).toEqual([Number.POSITIVE_INFINITY, 64000]);
  });
});

describe('half precision', () => {
  test('begins at the first product and ends where it is told', async () => {
    const { y, types } = await halved([1, 3], (graph, x) =>
      graph.add('Relu', [graph.add('MatMul', [graph.add('Mul', [x, 2]), identity(graph)])]),
    );
    expect(types).toMatchObject({ Mul: 'float32', MatMul: 'float16', Relu: 'float16', Neg: 'float32', Exp: 'float32' });
    expect(y).toEqual([2, 6]);
  });

  test('repeats pixels, which are moved, and interpolates in single precision', async () => {
    const pixels = (graph: Graph, x: Value): Value =>
      graph.add('Reshape', [graph.add('MatMul', [x, identity(graph)]), graph.integers(1, 1, 1, 2)]);
    const repeated = await halved([0.125, 3], (graph, x) =>
      graph.add('Resize', [pixels(graph, x), null, null, graph.integers(1, 1, 2, 4)], nearestResize),
    );
    expect(repeated.types).toMatchObject({ MatMul: 'float16', Resize: 'float16' });
    expect(repeated.y).toEqual([0.125, 0.125, 3, 3, 0.125, 0.125, 3, 3]);
    const interpolated = await halved([1, 3], (graph, x) =>
      graph.add('Resize', [pixels(graph, x), null, null, graph.integers(1, 1, 1, 4)], linearResize),
    );
    expect(interpolated.types).toMatchObject({ MatMul: 'float16', Resize: 'float32' });
    expect(interpolated.y).toEqual([1, 1.5, 2.5, 3]);
  });

  test('keeps squares, sums and exponentials, and products with a constant out of its range, in single precision', async () => {
    const squares = await halved([300, 2], (graph, x) => {
      const product = graph.add('MatMul', [x, identity(graph)]);
      return graph.add('ReduceSum', [graph.add('Mul', [product, product]), graph.integers(1)]);
    });
    expect(squares.types).toMatchObject({ MatMul: 'float16', Mul: 'float32', ReduceSum: 'float32' });
    expect(squares.y).toEqual([90004]);
    const large = await halved([1, 2], (graph, x) => graph.add('MatMul', [x, identity(graph, 1e5)]));
    expect(large.types.MatMul).toBe('float32');
    expect(large.y).toEqual([1e5, 2e5]);
    const exponentials = await halved([1, 2], (graph, x) => graph.add('Softmax', [graph.add('MatMul', [x, identity(graph)])], { axis: 1 }));
    expect(exponentials.types).toMatchObject({ MatMul: 'float16', Softmax: 'float32' });
  });

  test('rounds what constants give, not the constants', async () => {
    // 1000.3 - 1000 is .299988; halves of that size lie .5 apart
    const { y } = await halved([1, 1], (graph, x) => {
      const [large, other] = [1000.3, -1000].map((value) => graph.constant(floatTensor([2, 2], [value, value, value, value])));
      return graph.add('MatMul', [x, graph.add('Add', [large!, other!])]);
    });
    expect(Math.abs(y[0]! / 2 - 0.3)).toBeLessThan(2e-4);
  });
});
