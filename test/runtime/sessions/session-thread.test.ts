import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();

let thread: SessionThread;

beforeEach(() => {
  thread = new SessionThread({ threads: 1 });
});

afterEach(() => thread.close());

/** total' = total + x; doubled = 2 x; large takes a while: products of matrices. */
function counter(): Uint8Array {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['n']);
  const total = graph.input('total', 'float32', ['n']);
  graph.output('next.total', graph.add('Add', [total, x]));
  graph.output('doubled', graph.add('Mul', [x, 2]));
  return encodeOnnx(graph);
}

/** Products of matrices one after another: a call of about a second. */
function slowModel(): Uint8Array {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [256, 256]);
  let y = x;
  for (let index = 0; index < 600; index++) y = graph.add('MatMul', [y, x]);
  graph.output('y', y);
  return encodeOnnx(graph);
}

const identity: TensorData = floatTensor(
  [256, 256],
  Float32Array.from({ length: 256 * 256 }, (_, index) => (index % 257 === 0 ? 1 : 0)),
);

describe('SessionThread', () => {
  test('loads from bytes and from a file, and says what goes in and out', async () => {
    const signature = await thread.load('counter', counter());
    expect(signature.inputs).toEqual([
      { name: 'x', dataType: 'float32', shape: ['n'] },
      { name: 'total', dataType: 'float32', shape: ['n'] },
    ]);
    expect(signature.outputs.map(({ name }) => name).sort()).toEqual(['doubled', 'next.total']);
    const path = join(folder, 'counter.onnx');
    await writeFile(path, counter());
    expect(await thread.load('counter', path)).toEqual(signature);
  });

  test('runs on fed inputs and on state, and returns outputs that are not state', async () => {
    await thread.load('counter', counter());
    await thread.writeState({ total: floatTensor([2], [10, 20]) });
    expect(await thread.run('counter', { x: floatTensor([2], [1, 2]) })).toEqual({ doubled: floatTensor([2], [2, 4]) });
    await thread.run('counter', { x: floatTensor([2], [1, 2]) });
    expect(await thread.readState()).toEqual({ total: floatTensor([2], [12, 24]) });
    // what is fed goes before state
    const fed = { x: floatTensor([2], [1, 1]), total: floatTensor([2], [0, 0]) };
    await thread.run('counter', fed);
    expect(await thread.readState(['total'])).toEqual({ total: floatTensor([2], [1, 1]) });
  });

  test('gives state back bit for bit, as copies', async () => {
    const tensors: Record<string, TensorData> = {
      floats: floatTensor([2, 2], [Number.NaN, -0, 1e-45, Number.POSITIVE_INFINITY]),
      scalar: floatTensor([], [3]),
      doubles: { dataType: 'float64', shape: [1], data: Float64Array.of(Math.PI) },
      whole: { dataType: 'int64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 62n) },
      bytes: { dataType: 'uint8', shape: [3], data: Uint8Array.of(0, 128, 255) },
      truth: { dataType: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
      view: floatTensor([2], new Float32Array([9, 8, 7, 6]).subarray(1, 3)),
    };
    await thread.writeState(tensors);
    const first = await thread.readState();
    expect(first).toEqual(tensors);
    (first.floats!.data as Float32Array).fill(5);
    expect(await thread.readState()).toEqual(tensors);
  });

  test('computes only the outputs that are asked for', async () => {
    await thread.load('counter', counter());
    await thread.writeState({ total: floatTensor([1], [10]) });
    expect(await thread.run('counter', { x: floatTensor([1], [4]) }, { outputs: ['doubled'] })).toEqual({ doubled: floatTensor([1], [8]) });
    expect(await thread.readState()).toEqual({ total: floatTensor([1], [10]) });
  });

  test.each(['n', 3])('keeps outputs that are state where the last ones lay (%s values)', async (size) => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [size]);
    const total = graph.input('total', 'float32', [size]);
    graph.output('next.total', graph.add('Add', [total, x]));
    graph.output('next.square', graph.add('Mul', [x, x]));
    graph.output('next.same', x);
    graph.output('sum', graph.add('ReduceSum', [x, graph.integers(0)], { keepdims: 0 }));
    const signature = await thread.load('counter', encodeOnnx(graph));
    expect(signature.outputs.map(({ name }) => name).sort()).toEqual(['next.same', 'next.square', 'next.total', 'sum']);
    await thread.writeState({ total: floatTensor([3], [10, 20, 30]) });
    const [one, two] = [floatTensor([3], [1, 2, 3]), floatTensor([3], [-1, 0, 5])];
    expect(await thread.run('counter', { x: one })).toEqual({ sum: floatTensor([], [6]) });
    const first = { total: floatTensor([3], [11, 22, 33]), square: floatTensor([3], [1, 4, 9]), same: one };
    expect(await thread.readState()).toEqual(first);
    // what a call computes replaces the tensor that the same call reads
    expect(await thread.run('counter', { x: two }, { added: ['square', 'same'] })).toEqual({ sum: floatTensor([], [4]) });
    const second = { total: floatTensor([3], [10, 22, 38]), square: floatTensor([3], [2, 4, 34]), same: floatTensor([3], [0, 2, 8]) };
    expect(await thread.readState()).toEqual(second);
    const wrong = { x: floatTensor([2], [1, 1]) };
    await expect(thread.run('counter', wrong)).rejects.toThrow(/dimension|broadcast/i);
    expect(await thread.readState()).toEqual(second);
    await thread.run('counter', { x: one }, { outputs: ['next.same'] });
    expect(await thread.readState()).toEqual({ ...second, same: one });
    await thread.deleteState(['same', 'square']);
    await thread.run('counter', { x: two }, { outputs: ['next.square'] });
    expect(await thread.readState()).toEqual({ total: second.total, square: floatTensor([3], [1, 0, 25]) });
  });

  test('answers requests in order without being waited for in between', async () => {
    const loaded = thread.load('counter', counter());
    const written = thread.writeState({ total: floatTensor([1], [0]) });
    const runs = [1, 2, 3].map((value) => thread.run('counter', { x: floatTensor([1], [value]) }));
    const between = thread.readState();
    const last = thread.run('counter', { x: floatTensor([1], [100]) });
    expect(await between).toEqual({ total: floatTensor([1], [6]) });
    await Promise.all([loaded, written, ...runs, last]);
    expect(await thread.readState()).toEqual({ total: floatTensor([1], [106]) });
  });

  test('moves transferred buffers and copies the others', async () => {
    await thread.load('counter', counter());
    await thread.writeState({ total: floatTensor([1], [0]) });
    const x = floatTensor([1], [1]);
    await thread.run('counter', { x });
    expect(x.data).toHaveLength(1);
    await thread.run('counter', { x }, { transfer: [x.data.buffer as ArrayBuffer] });
    expect(x.data).toHaveLength(0);
    // a buffer that has gone cannot be sent again: the request fails, the thread continues
    await expect(thread.run('counter', { x }, { transfer: [x.data.buffer as ArrayBuffer] })).rejects.toThrow('empty or detached');
    await expect(thread.run('counter', { x })).rejects.toThrow(/detached/);
    expect(await thread.readState()).toEqual({ total: floatTensor([1], [2]) });
  });

  test('rejects what is no model, a file that is not there, and a model that was not loaded', async () => {
    await expect(thread.load('broken', Uint8Array.of(1, 2, 3))).rejects.toThrow(/protobuf|model/i);
    await expect(thread.load('absent', '/nowhere/model.onnx')).rejects.toThrow(/nowhere/);
    await expect(thread.run('broken', {})).rejects.toThrow('no model broken is loaded');
    await thread.load('counter', counter());
  });

  test('names a missing input, a missing state tensor, and an input of another shape', async () => {
    await thread.load('counter', counter());
    await expect(thread.run('counter', { x: floatTensor([1], [1]) })).rejects.toThrow('the model counter needs the input total');
    await expect(thread.readState(['total'])).rejects.toThrow('the state has no tensor total');
    const wrong = { x: floatTensor([1, 1], [1]), total: floatTensor([1], [1]) };
    await expect(thread.run('counter', wrong)).rejects.toThrow(/x/);
    await expect(thread.run('counter', { ...wrong, x: floatTensor([1], [1]) }, { outputs: ['tripled'] })).rejects.toThrow(
      'the model counter has no output tripled',
    );
  });

  test('leaves the main thread free while a model runs', async () => {
    await thread.load('slow', slowModel());
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const done = thread.run('slow', { x: identity });
    const { y } = await done;
    clearInterval(timer);
    expect(y).toEqual(identity);
    // not a bound on time: a blocked thread would not have turned once
    expect(turns).toBeGreaterThan(2);
  });

  test('rejects outstanding and later requests once closed', async () => {
    await thread.load('slow', slowModel());
    const outstanding = expect(thread.run('slow', { x: identity })).rejects.toThrow(/the thread of ONNX Runtime ended/);
    await thread.close();
    await outstanding;
    await expect(thread.readState()).rejects.toThrow(/the thread of ONNX Runtime ended/);
  });

  test.each([
    ['closed', 'await thread.close()'],
    ['in a process that exits', 'process.exit()'],
    ['closed by a process that exits', 'thread.close(); process.exit()'],
  ])('may be %s while it loads ONNX Runtime', async (_, leave) => {
    const script = `
      import { setEnvironmentData } from 'node:worker_threads';
      import { SessionThread } from ${JSON.stringify(import.meta.resolve('#antonym/runtime/sessions/session-thread.js'))};
      const loading = new Int32Array(new SharedArrayBuffer(4));
      setEnvironmentData('loading', loading);
      const thread = new SessionThread();
      Atomics.wait(loading, 0, 0);
      ${leave};`;
    const preload = fileURLToPath(new URL('announce-native-binding.cjs', import.meta.url));
    const env = { ...process.env, NODE_OPTIONS: `--require ${JSON.stringify(preload)}` };
    const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
    expect(ended).toEqual({ stdout: '', stderr: '' });
  });

  test('may be closed at once, and says so to who asks later', async () => {
    for (let count = 0; count < 20; count++) {
      const early = new SessionThread({ threads: 1 });
      const outstanding = expect(early.readState()).rejects.toThrow('it was closed');
      await early.close();
      await outstanding;
    }
  });
});
