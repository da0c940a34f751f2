/** A model on WebGPU whose launches are recorded once and replayed. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { needsSwiftShader, useSwiftShader } from '../swiftshader.js';

describe.runIf(useSwiftShader())(`captured models ${needsSwiftShader}`, () => {
  let thread: SessionThread;

  beforeEach(() => {
    thread = new SessionThread({ threads: 1, device: 'webgpu' });
  });

  afterEach(() => thread.close());

  test('replay what they have recorded, on other inputs and on state that has changed', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [3]);
    const product = graph.add('Mul', [x, graph.input('factor', 'float32', [3])]);
    graph.output('next.product', product);
    graph.output('sum', graph.add('ReduceSum', [product, graph.integers(0)], { keepdims: 0 }));
    await thread.load('products', encodeOnnx(graph), { isCaptured: true });
    await thread.writeState({ factor: floatTensor([3], [1, 10, 100]) });
    const [one, two] = [floatTensor([3], [1, 2, 3]), floatTensor([3], [0, 1, 0])];
    expect(await thread.run('products', { x: one })).toEqual({ sum: floatTensor([], [321]) });
    expect(await thread.run('products', { x: two }, { added: ['product'] })).toEqual({ sum: floatTensor([], [10]) });
    expect(await thread.readState(['product'])).toEqual({ product: floatTensor([3], [1, 30, 300]) });
    await thread.deleteState(['product']);
    await thread.writeState({ factor: floatTensor([3], [2, 2, 2]) });
    expect(await thread.run('products', { x: one }, { outputs: ['sum'] })).toEqual({ sum: floatTensor([], [12]) });
    expect(Object.keys(await thread.readState())).toEqual(['factor']);
    await thread.run('products', { x: two });
    expect(await thread.readState(['product'])).toEqual({ product: floatTensor([3], [0, 2, 0]) });
    await thread.deleteState(['factor']);
    // memory that is free may be given out at once or after the next call: others take that of the factor
    for (const round of ['a', 'b', 'c', 'd'])
      for (const place of ['1', '2', '3', '4']) {
        await thread.writeState({ [`${round}${place}`]: floatTensor([3], [0, 0, 0]) });
        await thread.readState([`${round}${place}`]);
      }
    await thread.writeState({ factor: floatTensor([3], [1, 1, 1]) });
    await expect(thread.run('products', { x: one })).rejects.toThrow('factor lies elsewhere');
  });

  test('refuse to replay what ONNX Runtime does not record', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1]);
    // copies its first input before it adds: the copy is not recorded, so that a replay adds to what the last call has left
    const scattered = graph.add('ScatterND', [graph.numbers('float32', [0, 0, 0]), graph.numbers('int64', [1], [1, 1]), x], {
      reduction: 'add',
    });
    graph.output('y', graph.add('Mul', [scattered, 2]));
    await thread.load('scattering', encodeOnnx(graph), { isCaptured: true });
    const refused = expect(thread.run('scattering', { x: floatTensor([1], [3]) })).rejects;
    await refused.toThrow('The device does not replay what was recorded: y differs. Use --graph-capture off.');
  });
});
