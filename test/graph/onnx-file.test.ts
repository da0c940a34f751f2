import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx, onnxPieces } from '#antonym/graph/onnx-file.js';
import { readOnnxModel } from '#antonym/graph/reading/onnx-model.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { compile } from './run-graph.js';

const decode = (bytes: Uint8Array) => onnxProto.onnx.ModelProto.decode(bytes);
const floats = (...values: number[]): TensorData => ({ dataType: 'float32', shape: [values.length], data: Float32Array.from(values) });

function example(): Graph {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['batch', 2]);
  graph.output('y', graph.add('Relu', [graph.add('Add', [x, graph.numbers('float32', [1, -1])])]));
  return graph;
}

describe('encodeOnnx', () => {
  test('writes the same bytes for the same graph', () => {
    expect(Buffer.from(encodeOnnx(example())).equals(encodeOnnx(example()))).toBe(true);
    expect(Buffer.from(encodeOnnx(example())).equals(encodeOnnx(example(), { version: '2' }))).toBe(false);
  });

  test('states versions, producer, metadata in order, and the names of free sizes', () => {
    const model = decode(encodeOnnx(example(), { version: '1.2.3', metadata: { zebra: 'first', apple: 'é' } }));
    expect([Number(model.irVersion), Number(model.opsetImport[0]!.version), model.opsetImport[0]!.domain]).toEqual([8, 17, '']);
    expect([model.producerName, model.producerVersion]).toEqual(['antonym', '1.2.3']);
    expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([
      ['zebra', 'first'],
      ['apple', 'é'],
    ]);
    const [input] = model.graph!.input!;
    expect(input!.type!.tensorType!.shape!.dim!.map((dim) => dim.dimParam || Number(dim.dimValue))).toEqual(['batch', 2]);
  });

  test('writes the axes of reductions as operator set 17 has them: an attribute but for ReduceSum', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 2]);
    graph.output('mean', graph.add('ReduceMean', [x, graph.integers(1)], { keepdims: 0 }));
    graph.output('squares', graph.add('ReduceSumSquare', [x, graph.integers(0)]));
    graph.output('largest', graph.add('ReduceMax', [x, graph.integers(-1)]));
    graph.output('whole', graph.add('ReduceMean', [x]));
    graph.output('sum', graph.add('ReduceSum', [x, graph.integers(0)], { keepdims: 0 }));
    const { node, initializer } = decode(encodeOnnx(graph)).graph!;
    const attributes = node!.map(({ opType, input, attribute }) => [
      opType,
      input!.length,
      Object.fromEntries(attribute!.map(({ name, ints, i }) => [name, name === 'axes' ? ints!.map(Number) : Number(i)])),
    ]);
    expect(attributes.reverse()).toEqual([
      ['ReduceMean', 1, { keepdims: 0, axes: [1] }],
      ['ReduceSumSquare', 1, { axes: [0] }],
      ['ReduceMax', 1, { axes: [-1] }],
      ['ReduceMean', 1, {}],
      ['ReduceSum', 2, { keepdims: 0 }],
    ]);
    expect(initializer).toHaveLength(1);
    const results = await (await compile(graph))({ x: { ...floats(1, 2, 3, 4), shape: [2, 2] } });
    expect(['mean', 'squares', 'largest', 'whole', 'sum'].map((name) => [...results[name]!.data])).toEqual([
      [1.5, 3.5],
      [10, 20],
      [2, 4],
      [2.5],
      [4, 6],
    ]);
  });

  test('leaves out nodes and constants on which no output depends', () => {
    const graph = example();
    const before = encodeOnnx(graph);
    const large = graph.constant({ dataType: 'float32', shape: [1000], data: new Float32Array(1000) }, 'large');
    graph.add('Exp', [graph.add('Mul', [large, 2])]);
    expect(Buffer.from(encodeOnnx(graph)).equals(before)).toBe(true);
  });

  test('keeps nodes of which only a later output is used', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 1, 1, 2]);
    const [one, zero] = [graph.numbers('float32', [1]), graph.numbers('float32', [0])];
    const [, mean] = graph.addAll('BatchNormalization', [x, one, zero, zero, one], { training_mode: 1, momentum: 0.75 });
    graph.output('mean', mean!);
    const { mean: computed } = await (await compile(graph))({ x: { ...floats(1, 2, 3, 6), shape: [2, 1, 1, 2] } });
    expect(computed!.data[0]).toBeCloseTo(0.25 * 3, 6);
  });

  test('writes outputs that are inputs, constants, or one value under several names', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    const y = graph.add('Neg', [x]);
    graph.output('input', x);
    graph.output('constant', graph.numbers('float32', [5]));
    graph.output('first', y);
    graph.output('second', y);
    graph.output('after', graph.add('Exp', [y]));
    const results = await (await compile(graph))({ x: floats(0, -1) });
    const plain = Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, Array.from(data, Number)]));
    expect(plain).toEqual({ input: [0, -1], constant: [5], first: [-0, 1], second: [-0, 1], after: [1, Math.fround(Math.E)] });
  });

  test('lists nodes so that ONNX Runtime runs them as they were added, results under several names too', async () => {
    const graph = new Graph();
    let x = graph.input('x', 'float32', [2]);
    for (let layer = 0; layer < 6; layer++) {
      // what is of use to nothing else must not wait for the layers above
      const end = graph.add('Sqrt', [graph.add('Abs', [x])]);
      graph.output(`end ${layer}`, end);
      if (layer % 2 === 1) graph.output(`end ${layer} again`, end);
      x = graph.add('Exp', [x]);
    }
    graph.output('last', x);
    const profileFilePrefix = join(await temporaryFolder(), 'profile');
    const session = await InferenceSession.create(encodeOnnx(graph), { enableProfiling: true, profileFilePrefix, logSeverityLevel: 3 });
    await session.run({ x: new Tensor('float32', Float32Array.of(0, -1), [2]) });
    session.endProfiling();
    const [file] = await readdir(dirname(profileFilePrefix));
    const events: { name: string; ts: number; args?: { op_name?: string } }[] = JSON.parse(
      await readFile(join(dirname(profileFilePrefix), file!), 'utf8'),
    );
    const run = events.filter(({ name }) => name.endsWith('_kernel_time')).sort((a, b) => a.ts - b.ts);
    const computed = run.map(({ args }) => args?.op_name).filter((operator) => operator !== 'Identity');
    expect(computed).toEqual(graph.nodes.map(({ operator }) => operator));
    await session.release();
  });

  test('passes an input on under its own name', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    graph.output('x', x);
    graph.output('y', graph.add('Neg', [x]));
    expect((await (await compile(graph))({ x: floats(1, 2) })).x!.data).toEqual(Float32Array.of(1, 2));
  });

  test('refuses an output under the name of another input', () => {
    const graph = new Graph();
    const [x] = [graph.input('x', 'float32', [2]), graph.input('y', 'float32', [2])];
    expect(() => graph.output('y', x)).toThrow('the name y is taken');
    expect(() => graph.output('y', graph.add('Neg', [x]))).toThrow('the name y is taken');
  });

  test('does not let a made-up name collide with the name of an output', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1]);
    graph.output('exp_1', graph.add('Neg', [x]));
    graph.output('y', graph.add('Exp', [x]));
    const results = await (await compile(graph))({ x: floats(0) });
    expect([results.exp_1!.data[0], results.y!.data[0]]).toEqual([-0, 1]);
  });

  test('leaves optional inputs out, at the end and in the middle', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1, 1, 2, 2]);
    graph.output('y', graph.add('Conv', [x, graph.numbers('float32', [2], [1, 1, 1, 1]), null]));
    const flat = graph.add('Reshape', [x, graph.integers(4)]);
    graph.output('z', graph.add('Slice', [flat, graph.integers(0), graph.integers(4), null, graph.integers(2)]));
    const nodes = decode(encodeOnnx(graph)).graph!.node!;
    expect(nodes.find(({ opType }) => opType === 'Conv')!.input).toHaveLength(2);
    expect(nodes.find(({ opType }) => opType === 'Slice')!.input![3]).toBe('');
    const results = await (await compile(graph))({ x: { ...floats(1, 2, 3, 4), shape: [1, 1, 2, 2] } });
    expect(Array.from(results.y!.data, Number)).toEqual([2, 4, 6, 8]);
    expect(Array.from(results.z!.data, Number)).toEqual([1, 3]);
  });

  test('writes every element type', async () => {
    const graph = new Graph();
    for (const dataType of ['float32', 'float64', 'int32', 'int64', 'uint8', 'bool'] as const) {
      graph.output(dataType, graph.numbers(dataType, [1, 0]));
    }
    graph.output('view', graph.constant({ dataType: 'float32', shape: [2], data: Float32Array.of(9, 1, 0).subarray(1) }));
    const results = await (await compile(graph))({});
    for (const [name, { dataType, data }] of Object.entries(results)) {
      expect([name, dataType, Array.from(data, Number)]).toEqual([name, name === 'view' ? 'float32' : name, [1, 0]]);
    }
    expect(Object.keys(results)).toHaveLength(7);
  });
});

describe('weights beside a model', () => {
  const size = 150;
  const matrix = (seed: number): TensorData => {
    const data = Float32Array.from({ length: size ** 2 }, (_, index) => Math.sin(seed + index));
    return { dataType: 'float32', shape: [size, size], data };
  };
  const graph = new Graph();
  const hidden = graph.add('MatMul', [graph.input('x', 'float32', ['batch', size]), graph.constant(matrix(1), 'first')]);
  const shifted = graph.add('Add', [hidden, graph.constant(floats(...Array.from({ length: size }, (_, index) => index)), 'bias')]);
  graph.output('y', graph.add('MatMul', [shifted, graph.constant(matrix(2), 'second')]));

  test('are there when the model would be too large, and not before', () => {
    const bytes = 4 * (2 * size ** 2 + size);
    expect(onnxPieces(graph, {}, { location: 'y.data', above: bytes - 1 }).data.length).toBeGreaterThan(0);
    const { model, data } = onnxPieces(graph, {}, { location: 'y.data', above: bytes });
    expect(data).toEqual([]);
    expect(Buffer.concat(model).equals(encodeOnnx(graph))).toBe(true);
  });

  test('are found by ONNX Runtime and by our reader, each at an offset that can be mapped', async () => {
    const folder = join(await temporaryFolder(), 'large');
    await mkdir(folder);
    const { model, data } = onnxPieces(graph, {}, { location: 'y.data', above: 1000 });
    await writeFile(join(folder, 'y.onnx'), Buffer.concat(model));
    await writeFile(join(folder, 'y.data'), Buffer.concat(data));
    const places = decode(Buffer.concat(model)).graph!.initializer!.map(({ name, externalData }) => [
      name,
      externalData!.map(({ key, value }) => `${key} ${value}`),
    ]);
    expect(places).toEqual([
      ['first', ['location y.data', 'offset 0', 'length 90000']],
      ['bias', []],
      ['second', ['location y.data', 'offset 131072', 'length 90000']],
    ]);
    const x = new Tensor('float32', matrix(3).data.slice(0, size) as Float32Array, [1, size]);
    const [whole, parted] = await Promise.all(
      [encodeOnnx(graph), join(folder, 'y.onnx')].map(async (source) => {
        const session = await (typeof source === 'string' ? InferenceSession.create(source) : InferenceSession.create(source));
        return (await session.run({ x })).y!.data;
      }),
    );
    expect(parted).toEqual(whole);
    const { initializers, externalFiles } = await readOnnxModel(join(folder, 'y.onnx'));
    expect(externalFiles).toEqual(['y.data']);
    for (const [value, tensor] of graph.allConstants()) expect(initializers.get(value.name)!.data).toEqual(tensor.data);
    expect((await readdir(folder)).sort()).toEqual(['y.data', 'y.onnx']);
  });
});
