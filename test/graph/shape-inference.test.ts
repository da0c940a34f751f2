/** Inferred shapes against the shapes that ONNX Runtime produces. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { clipVisionTransformer } from '#antonym/backbones/clip/clip-vision-transformer.js';
import { normalizePixels } from '#antonym/backbones/normalize-pixels.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { Graph } from '#antonym/graph/graph.js';
import type { Dimension } from '#antonym/graph/value.js';
import { elementCount, type TensorData } from '#antonym/tensors/tensor-data.js';
import { initialTensors } from '#antonym/train/graphs/state.js';
import { compile } from './run-graph.js';

/** The size that a name such as `floor((height-1)/2)+1` stands for. */
function evaluate(dimension: Dimension, sizes: Record<string, number>): number {
  return new Function('floor', ...Object.keys(sizes), `return ${dimension}`)(Math.floor, ...Object.values(sizes)) as number;
}

function floats(shape: readonly number[]): TensorData {
  return { dataType: 'float32', shape, data: new Float32Array(elementCount(shape)).fill(0.5) };
}

describe('named dimensions', () => {
  const tiny = findBackbone('clip-tiny');
  const size = { patch: 8, side: 32, width: 8, layers: 2, heads: 2, embedding: 128 };
  const transformer: Backbone = {
    ...tiny,
    name: 'a vision transformer',
    embed: (context, pixels) => clipVisionTransformer(context, pixels, { ...size, activation: 'quick-gelu' }),
  };
  test.each([tiny, transformer])('flow through the whole of $name, at sizes even and odd', async (backbone) => {
    const graph = new Graph();
    const parameters = new Parameters(graph, 'inputs');
    const image = graph.input('image', 'uint8', ['batch', 'height', 'width', 3]);
    const embedding = backbone.embed({ graph, parameters, normalization: 'running' }, normalizePixels(graph, image, backbone));
    expect(embedding.shape).toEqual(['batch', 128]);
    const values = graph.nodes.flatMap((node) => node.outputs);
    values.forEach((value, index) => {
      graph.output(`value_${index}`, value);
    });
    const run = await compile(graph);
    const state = initialTensors(parameters.specs.values(), 1);
    for (const [batch, height, width] of [
      [1, 32, 32],
      [2, 45, 61],
      [1, 63, 34],
      [3, 97, 50],
    ] as const) {
      const pixels: TensorData = { dataType: 'uint8', shape: [batch, height, width, 3], data: new Uint8Array(batch * height * width * 3) };
      const results = await run({ ...state, image: pixels });
      const inferred = values.map(({ name, shape }) => [name, shape.map((size) => evaluate(size, { batch, height, width }))]);
      expect(inferred).toEqual(values.map(({ name }, index) => [name, results[`value_${index}`]!.shape]));
    }
  });

  test('match by name, cancel in a reshape, and add up in a concatenation', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['batch', 3, 'height', 'width']);
    const flat = graph.add('Reshape', [x, graph.integers(0, 3, -1)]);
    expect(flat.shape).toEqual(['batch', 3, '(height)*(width)']);
    const mean = graph.add('ReduceMean', [flat, graph.integers(2)]);
    expect(graph.add('Concat', [mean, flat], { axis: 2 }).shape).toEqual(['batch', 3, '1+(height)*(width)']);
    expect(graph.add('Sub', [flat, mean]).shape).toEqual(flat.shape);
    expect(() => graph.add('Reshape', [x, graph.integers(7, -1)])).toThrow(/cannot be divided/);
  });

  test('are the same behind windows that keep the size, rounded down or up, so that branches meet', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['batch', 3, 'height', 'width']);
    const weights = graph.input('weights', 'float32', [3, 3, 3, 3]);
    const reduced = graph.add('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0], ceil_mode: 1 });
    const pooled = graph.add('MaxPool', [reduced], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], ceil_mode: 1 });
    const convolved = graph.add('Conv', [reduced, weights], { pads: [1, 1, 1, 1] });
    expect(pooled.shape).toEqual(convolved.shape);
    expect(graph.add('Concat', [reduced, pooled, convolved], { axis: 1 }).shape[1]).toBe(9);
  });
});

describe('known elements', () => {
  test('pass from Shape through Gather, Slice, Unsqueeze and Concat to Reshape', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['batch', 4, 6, 5]);
    const shape = graph.add('Shape', [x]);
    expect(shape.elements).toEqual(['batch', 4, 6, 5]);
    const batch = graph.add('Unsqueeze', [graph.add('Gather', [shape, graph.numbers('int64', 0)], { axis: 0 }), graph.integers(0)]);
    expect(batch.elements).toEqual(['batch']);
    const last = graph.add('Slice', [shape, graph.integers(-1), graph.integers(100)]);
    const target = graph.add('Concat', [batch, last, graph.integers(-1)], { axis: 0 });
    expect(target.elements).toEqual(['batch', 5, -1]);
    const y = graph.add('Reshape', [x, target]);
    expect(y.shape).toEqual(['batch', 5, 24]);
    graph.output('y', y);
    const run = await compile(graph);
    expect((await run({ x: floats([3, 4, 6, 5]) })).y!.shape).toEqual([3, 5, 24]);
  });

  test('pass through what PyTorch writes for expand(-1, ...): arithmetic, Equal, Where and Expand', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['batch', 1, 3]);
    const batch = graph.add('Gather', [graph.add('Shape', [x]), graph.integers(0)], { axis: 0 });
    const wanted = graph.add('Concat', [batch, graph.integers(-1), graph.add('Mul', [graph.integers(2), 3])], { axis: 0 });
    const ones = graph.add('Expand', [graph.integers(1), graph.integers(3)]);
    const negative = graph.add('Mul', [ones, graph.add('Sub', [graph.integers(1), graph.add('Div', [graph.integers(7), 3])])]);
    const kept = graph.add('Where', [graph.add('Equal', [wanted, negative]), ones, wanted]);
    expect(kept.elements).toEqual(['batch', 1, 6]);
    graph.output('kept', kept);
    const { kept: computed } = await (await compile(graph))({ x: floats([4, 1, 3]) });
    expect(Array.from(computed!.data as BigInt64Array, Number)).toEqual([4, 1, 6]);
  });

  test('equal what ONNX Runtime computes', async () => {
    const position = fc.integer({ min: -8, max: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        position,
        position,
        fc.constantFrom(-2, -1, 1, 2),
        async (sizes, start, end, step) => {
          const graph = new Graph();
          const shape = graph.add('Shape', [graph.input('x', 'float32', sizes)]);
          const slice = graph.add('Slice', [shape, ...[start, end, 0, step].map((value) => graph.integers(value))]);
          const [first] = [graph.add('Gather', [shape, graph.integers(-1, 0)], { axis: 0 })];
          const joined = graph.add('Concat', [slice, first, graph.integers(7)], { axis: 0 });
          graph.output('joined', joined);
          const { joined: computed } = await (await compile(graph))({ x: floats(sizes) });
          expect(Array.from(computed!.data as BigInt64Array, Number)).toEqual(joined.elements);
        },
      ),
      { numRuns: 40 },
    );
  });
});
