import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { neededParts } from '#antonym/graph/needed-parts.js';
import type { Value } from '#antonym/graph/value.js';
import { type Image, PlainImage } from '#antonym/lowering/convolution/image.js';
import { blockChannels } from '#antonym/lowering/cpu/block-channels.js';
import { BlockedImage } from '#antonym/lowering/cpu/blocked-image.js';
import { blockedOperators } from '#antonym/lowering/cpu/blocked-operators.js';
import { channelBlock } from '#antonym/runtime/devices/channel-block.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
import { elementCount, floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { compile } from '../../graph/run-graph.js';

/** A convolution of what came before, and what may follow it. */
interface Layer {
  readonly kernel: 1 | 3;
  readonly wide: boolean;
  readonly bias: boolean;
  readonly relu: boolean;
  readonly pool: boolean;
  /** Adds what came before, where it has the same shape. */
  readonly residual: boolean;
  /** By statistics of the batch, or given ones; default: not. */
  readonly normalized?: 'batch' | 'running' | undefined;
}

const layerParts = {
  kernel: fc.constantFrom(1 as const, 3 as const),
  wide: fc.boolean(),
  bias: fc.boolean(),
  relu: fc.boolean(),
  residual: fc.boolean(),
};

/** The loss of a small network and the gradients of all its inputs; channels are a multiple of 16, then 1.5 times as many. */
function network(layers: readonly Layer[], channels: number, side: number): Graph {
  const graph = new Graph();
  const input = graph.input('x', 'float32', [2, channels, side, side]);
  const inputs: Value[] = [input];
  const isNormalized = layers.some(({ normalized }) => normalized !== undefined);
  // of deviation 1: beside large means, what is normalized would lose digits
  let x = isNormalized ? graph.add('Mul', [input, Math.sqrt(channels * side ** 2)]) : input;
  const declare = (name: string, shape: readonly number[]): Value => {
    const value = graph.input(name, 'float32', shape);
    inputs.push(value);
    return value;
  };
  for (const [index, { kernel, wide, bias, relu, pool, residual }] of layers.entries()) {
    const { normalized } = layers[index]!;
    const [pad, filters] = [(kernel - 1) / 2, wide ? 48 : 32];
    const weights = declare(`w${index}`, [filters, x.shape[1] as number, kernel, kernel]);
    const attributes = { kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad] };
    let y = graph.add('Conv', [x, weights, bias ? declare(`b${index}`, [filters]) : null], attributes);
    if (normalized) {
      const scale = graph.add('Add', [declare(`scale${index}`, [filters]), 1]);
      const variance = graph.add('Add', [graph.add('Abs', [graph.input(`variance${index}`, 'float32', [filters])]), 0.5]);
      const inputs = [y, scale, declare(`shift${index}`, [filters]), graph.input(`mean${index}`, 'float32', [filters]), variance];
      const training = normalized === 'batch' ? { training_mode: 1, momentum: 0 } : {};
      const outputs = graph.addAll('BatchNormalization', inputs, { epsilon: 1e-5, ...training });
      y = outputs[0]!;
      for (const [place, statistic] of outputs.slice(1).entries()) graph.output(`statistic ${place} of ${index}`, statistic);
    }
    if (residual && x.shape[1] === filters) y = graph.add('Add', [x, y]);
    if (relu) y = graph.add('Relu', [y]);
    if (pool && (y.shape[2] as number) >= 2) y = graph.add('AveragePool', [y], { kernel_shape: [2, 2], strides: [2, 2] });
    x = y;
  }
  const squares = graph.add('Mul', [x, x]);
  // the plain sum of squares hardly depends on what is normalized
  const terms = isNormalized ? graph.add('Mul', [squares, graph.input('weights', 'float32', x.shape)]) : squares;
  const loss = graph.add('ReduceSum', [terms], { keepdims: 0 });
  graph.output('loss', loss);
  graph.output('y', x);
  for (const [index, gradient] of differentiate(graph, loss, inputs).entries()) graph.output(`d${inputs[index]!.name}`, gradient);
  return graph;
}

function feedsOf(graph: Graph): Record<string, TensorData> {
  const random = randomStream('blocked channels');
  const draw = (shape: readonly number[]): TensorData =>
    floatTensor(
      shape,
      Float32Array.from({ length: elementCount(shape) }, () => random.normal() / Math.sqrt(elementCount(shape.slice(1)) || 1)),
    );
  return Object.fromEntries([...graph.inputs].map(([name, { shape }]) => [name, draw(shape as number[])]));
}

describe('a graph with blocked channels', () => {
  let thread: SessionThread;
  let block: number | undefined;

  beforeAll(async () => {
    thread = new SessionThread({ threads: 1 });
    block = await channelBlock(thread);
  });

  afterAll(() => thread.close());

  test('needs no matrix product for pointwise convolutions', () => {
    const layer = { kernel: 1, bias: true, relu: false, pool: false, residual: false } as const;
    const layers = [
      { ...layer, wide: true },
      { ...layer, wide: false },
    ];
    for (const side of [4, 5]) {
      const operators = neededParts(blockChannels(network(layers, 32, side), 16)).nodes.map(({ operator }) => operator);
      expect(operators).not.toContain('MatMul');
    }
  });

  test('moves images by a pixel, each way, and cuts other windows out', async (context) => {
    if (block === undefined) return context.skip('ONNX Runtime has no kernels for blocked channels on this processor');
    const geometry = { kernel: [5, 3], strides: [1, 1], pads: [2, 1, 2, 1], dilations: [1, 1], group: 1 };
    const smaller = { ...geometry, kernel: [4, 2], pads: [0, 0, 0, 0] };
    const windowsOf = (read: (graph: Graph, x: Value) => Image): Graph => {
      const graph = new Graph();
      const image = read(graph, graph.input('x', 'float32', [2, 32, 5, 7]));
      for (const [index, window] of image.windows(geometry, [5, 7]).entries())
        graph.output(`${Math.floor(index / 3)} ${index % 3}`, window.plain());
      graph.output('smaller', image.windows(smaller, [2, 6])[7]!.plain());
      return graph;
    };
    const graph = windowsOf((graph, x) => new PlainImage(graph, x));
    const blocked = windowsOf((graph, x) => new BlockedImage(graph, block!, graph.add(blockedOperators.reorderInput, [x])));
    // those by two rows, and the smaller one
    expect(neededParts(blocked).nodes.filter(({ operator }) => operator === 'Slice')).toHaveLength(7);
    const feeds = feedsOf(graph);
    const [expected, found] = [await (await compile(graph))(feeds), await (await compile(blocked))(feeds)];
    for (const [name, { data }] of Object.entries(expected)) {
      const values = Array.from(data, Number);
      const distance = Math.hypot(...values.map((value, index) => value - Number(found[name]!.data[index])));
      expect(distance, name).toBeLessThanOrEqual(1e-6 * Math.hypot(...values));
    }
  });

  test('keeps blocked what is padded and cut out between convolutions', async (context) => {
    if (block === undefined) return context.skip('ONNX Runtime has no kernels for blocked channels on this processor');
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 32, 5, 7]);
    const image = graph.add('Conv', [x, graph.input('w', 'float32', [32, 32, 1, 1])], { kernel_shape: [1, 1] });
    const padded = graph.add('Pad', [image, graph.integers(0, 0, 2, 1, 0, 0, 2, 1)]);
    graph.output('y', graph.add('Slice', [padded, graph.integers(1, 1), graph.integers(3, 7), graph.integers(2, 3)]));
    const blocked = blockChannels(graph, block);
    expect(neededParts(blocked).nodes.at(-1)!.operator).toBe('com.microsoft.nchwc.ReorderOutput');
    const feeds = feedsOf(graph);
    const [expected, found] = [await (await compile(graph))(feeds), await (await compile(blocked))(feeds)];
    const values = Array.from(expected.y!.data, Number);
    const distance = Math.hypot(...values.map((value, index) => value - Number(found.y!.data[index])));
    expect(distance).toBeLessThanOrEqual(1e-6 * Math.hypot(...values));
  });

  /** Expects the same outputs, to rounding. @param least share of the largest by which those are judged that cancel */
  async function expectEqual(graph: Graph, blocked: Graph, tolerance: number, least: number): Promise<void> {
    const feeds = feedsOf(graph);
    const [expected, found] = [await (await compile(graph))(feeds), await (await compile(blocked))(feeds)];
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    const norms = Object.values(expected).map(({ data }) => Math.hypot(...Array.from(data, Number)));
    const floor = least * Math.max(...norms);
    for (const [name, { shape, data }] of Object.entries(expected)) {
      expect(found[name]!.shape, name).toEqual(shape);
      const values = Array.from(data, Number);
      const distance = Math.hypot(...values.map((value, index) => value - Number(found[name]!.data[index])));
      expect(distance, name).toBeLessThanOrEqual(tolerance * Math.max(Math.hypot(...values), floor) + 1e-7);
    }
  }

  test('normalizes with blocked channels, by statistics of the batch and by given ones, gradients too', async (context) => {
    if (block === undefined) return context.skip('ONNX Runtime has no kernels for blocked channels on this processor');
    const size = block;
    const layer = fc.record({
      ...layerParts,
      pool: fc.constant(false),
      normalized: fc.constantFrom('batch' as const, 'running' as const, undefined),
    });
    const layers = fc.array(layer, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(layers, fc.constantFrom(3, 24, 32), fc.integer({ min: 4, max: 9 }), async (layers, channels, side) => {
        const graph = network(layers, channels, side);
        const blocked = blockChannels(graph, size);
        // the kernel that normalizes plain images has no place; 24 channels are a block and a half
        const isPlain = channels === 24 && layers[0]!.normalized !== undefined;
        expect(blocked.nodes.filter(({ operator }) => operator === 'BatchNormalization').length).toBeLessThanOrEqual(isPlain ? 1 : 0);
        await expectEqual(graph, blocked, 1e-4, 0.1);
      }),
      { numRuns: 16 },
    );
  });

  test('computes what the plain graph computes, gradients too', async (context) => {
    if (block === undefined) return context.skip('ONNX Runtime has no kernels for blocked channels on this processor');
    const size = block;
    const layers = fc.array(fc.record({ ...layerParts, pool: fc.boolean() }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(layers, fc.constantFrom(3, 24, 32), fc.integer({ min: 1, max: 9 }), async (layers, channels, side) => {
        const graph = network(layers, channels, side);
        const blocked = blockChannels(graph, size);
        const operators = blocked.nodes.map(({ operator }) => operator);
        // the first convolution of 24 channels stays plain: that is a block and a half
        if (channels === 32) expect(operators.filter((operator) => operator === 'Conv')).toEqual([]);
        await expectEqual(graph, blocked, 1e-5, 0);
      }),
      { numRuns: 12 },
    );
  });
});
