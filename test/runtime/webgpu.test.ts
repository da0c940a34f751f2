import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { SessionThread } from '#antonym/runtime/session-thread.js';
import { floatTensor } from '#antonym/runtime/tensor-data.js';
import { needsSwiftShader, useSwiftShader } from './swiftshader.js';

describe.runIf(useSwiftShader())(`sessions with WebGPU ${needsSwiftShader}`, () => {
  let thread: SessionThread;

  beforeEach(() => {
    thread = new SessionThread({ threads: 1, device: 'webgpu' });
  });

  afterEach(() => thread.close());

  it('keep state on the GPU: calls replace it or add to it, and it comes back bit for bit', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [3]);
    const total = graph.input('total', 'float32', [3]);
    graph.output('next.total', graph.add('Add', [total, x]));
    graph.output('next.sum', x);
    graph.output('doubled', graph.add('Mul', [x, 2]));
    await thread.load('counter', encodeOnnx(graph), ['next.total', 'next.sum']);
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

  it('say which nodes are left to the processor', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [3]);
    graph.output('y', graph.add('Mul', [x, 2]));
    graph.output('sign', graph.add('Sign', [x]));
    await thread.load('mixed', encodeOnnx(graph));
    const { y, sign } = await thread.run('mixed', { x: floatTensor([3], [1, -2, 3]) });
    expect([y, sign]).toEqual([floatTensor([3], [2, -4, 6]), floatTensor([3], [1, -1, 1])]);
    expect(await thread.placement('mixed')).toEqual({ onProcessor: { Sign: 1 } });
  });
});
