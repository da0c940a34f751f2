/** A model on WebGPU, whose state lies in the device's memory. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { isOutOfMemory } from '#antonym/runtime/devices/device.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { needsSwiftShader, useSwiftShader } from '../swiftshader.js';

describe.runIf(useSwiftShader())(`models on WebGPU ${needsSwiftShader}`, () => {
  let thread: SessionThread;

  beforeEach(() => {
    thread = new SessionThread({ threads: 1, device: 'webgpu' });
  });

  afterEach(() => thread.close());

  test('keep state on the GPU: calls replace it or add to it, and it comes back bit for bit', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [3]);
    const total = graph.input('total', 'float32', [3]);
    graph.output('next.total', graph.add('Add', [total, x]));
    graph.output('next.sum', x);
    graph.output('doubled', graph.add('Mul', [x, 2]));
    await thread.load('counter', encodeOnnx(graph));
    await thread.writeState({ total: floatTensor([3], [10, 20, 30]), untouched: floatTensor([], [0.1]), gone: floatTensor([1], [1]) });
    const one = { x: floatTensor([3], [1, 2, 3]) };
    expect(await thread.run('counter', one)).toEqual({ doubled: floatTensor([3], [2, 4, 6]) });
    await thread.run('counter', one, { added: ['sum'] });
    await thread.deleteState(['gone']);
    expect(await thread.readState()).toEqual({
      total: floatTensor([3], [12, 24, 36]),
      sum: floatTensor([3], [2, 4, 6]),
      untouched: floatTensor([], [0.1]),
    });
    expect(await thread.placement('counter')).toEqual({ onProcessor: {} });
  });

  test('say which nodes are left to the processor', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [3]);
    graph.output('y', graph.add('Mul', [x, 2]));
    graph.output('sign', graph.add('Sign', [x]));
    await thread.load('mixed', encodeOnnx(graph));
    const { y, sign } = await thread.run('mixed', { x: floatTensor([3], [1, -2, 3]) });
    expect([y, sign]).toEqual([floatTensor([3], [2, -4, 6]), floatTensor([3], [1, -1, 1])]);
    expect(await thread.placement('mixed')).toEqual({ onProcessor: { Sign: 1 } });
  });

  test('give outputs their own names, whatever was asked for before', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1]);
    for (const [name, factor] of Object.entries({ one: 1, two: 2, three: 3 })) graph.output(name, graph.add('Mul', [x, factor]));
    graph.output('next.four', graph.add('Mul', [x, 4]));
    await thread.load('factors', encodeOnnx(graph));
    const feeds = { x: floatTensor([1], [1]) };
    expect(await thread.run('factors', feeds, { outputs: ['two'] })).toEqual({ two: floatTensor([1], [2]) });
    expect(await thread.readState()).toEqual({});
    const all = { one: floatTensor([1], [1]), two: floatTensor([1], [2]), three: floatTensor([1], [3]) };
    expect(await thread.run('factors', feeds)).toEqual(all);
    expect(await thread.readState()).toEqual({ four: floatTensor([1], [4]) });
  });

  test('write over state where they are told to, whatever its shape', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 3]);
    graph.output('next.x', graph.add('Mul', [graph.add('Reshape', [x, graph.integers(6)]), 2]));
    await thread.load('doubling', encodeOnnx(graph), { inPlace: ['next.x'] });
    await thread.writeState({ x: floatTensor([2, 3], [1, 2, 3, 4, 5, 6]) });
    await thread.run('doubling', {});
    await thread.run('doubling', {});
    expect(await thread.readState()).toEqual({ x: floatTensor([2, 3], [4, 8, 12, 16, 20, 24]) });
  });

  test('say when the memory does not suffice, and continue', async () => {
    const expanding = (size: number): Uint8Array => {
      const graph = new Graph();
      const values = graph.add('Expand', [graph.input('x', 'float32', [1]), graph.integers(size)]);
      graph.output('sum', graph.add('ReduceSum', [values], { keepdims: 0 }));
      return encodeOnnx(graph);
    };
    await thread.load('large', expanding(2 ** 31));
    await thread.load('small', expanding(3));
    const feeds = { x: floatTensor([1], [1]) };
    const failure: unknown = await thread.run('large', feeds).catch((error) => error);
    expect(isOutOfMemory(failure)).toBe(true);
    expect(await thread.run('small', feeds)).toEqual({ sum: floatTensor([], [3]) });
  });
});
