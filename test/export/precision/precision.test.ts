/** Real models, small: what their files hold in each precision, and how their scores differ. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { clipVisionTransformer } from '#antonym/backbones/clip/clip-vision-transformer.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { comparePrecision } from '#antonym/export/precision/compare-precision.js';
import { reducePrecision } from '#antonym/export/precision/precision.js';
import { requireOrder } from '#antonym/export/precision/precision-table.js';
import type { ReducedPrecision } from '#antonym/export/precision/precisions.js';
import { buildScoringModel, type ScoringModel } from '#antonym/export/scoring-model.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { measurementOf } from '#antonym/train/graphs/model.js';
import { initialTensors } from '#antonym/train/graphs/state.js';
import { headOf } from '../../heads/head-of.js';
import { rendered } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const tiny = findBackbone('clip-tiny');
const transformer: Backbone = {
  ...findBackbone('clip-vit-b-32'),
  embedding: 24,
  embed: (context, pixels) =>
    clipVisionTransformer(context, pixels, {
      ...{ patch: 16, side: 48, width: 128, layers: 2, heads: 4 },
      ...{ embedding: 24, activation: 'quick-gelu' },
    }),
};
const images = Array.from({ length: 6 }, (_, index) => renderProcedural(rendered(index, 64 + 8 * index, 80)));

interface Built {
  readonly model: ScoringModel;
  readonly weights: Readonly<Record<string, TensorData>>;
}

function build(backbone: Backbone): Built {
  const definition = { backbone, head: headOf(seededPrompts(1, 3, backbone.embedding)) };
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  measurementOf(graph, parameters, graph.input('image', 'uint8', ['batch', 'height', 'width', 3]), definition, 'running');
  const weights = initialTensors(parameters.specs.values(), 1);
  return { model: buildScoringModel(definition, weights, 20), weights };
}

async function similaritiesOf(file: Uint8Array): Promise<number[]> {
  const session = await InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const all: number[] = [];
  for (const { data, width, height } of images) {
    const { similarity } = await session.run({ image: new Tensor('uint8', data, [1, height, width, 3]) });
    all.push(...(similarity!.data as Float32Array));
  }
  return all;
}

const largestDifference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
const meanDifference = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;

describe.each([
  ['ResNet', build(tiny)],
  ['vision transformer', build(transformer)],
] as const)('a %s', (name, { model, weights }) => {
  const single = encodeOnnx(model.graph);
  const reduce = async (precision: ReducedPrecision): Promise<Uint8Array> => encodeOnnx((await reducePrecision(model, precision)).graph);
  const known = new Map<ReducedPrecision, Promise<Uint8Array>>();
  const reduced = (precision: ReducedPrecision): Promise<Uint8Array> => {
    if (!known.has(precision)) known.set(precision, reduce(precision));
    return known.get(precision)!;
  };
  let exactly: Promise<number[]> | undefined;
  const exact = (): Promise<number[]> => (exactly ??= similaritiesOf(single));

  test.each<[ReducedPrecision, share: number, tolerance: number]>([
    ['fp16', 0.55, 2e-3],
    ['int8', 0.35, 3e-2],
  ])('in %s is smaller, takes and gives the same types, and computes nearly the same', async (precision, share, tolerance) => {
    const file = await reduced(precision);
    expect(file.length).toBeLessThan(share * single.length);
    const [before, after] = [single, file].map((bytes) => onnxProto.onnx.ModelProto.decode(bytes).graph!);
    expect(after!.input).toEqual(before!.input);
    expect(after!.output).toEqual(before!.output);
    expect(after!.node!.every(({ domain }) => (domain ?? '') === '')).toBe(true);
    const difference = largestDifference(await exact(), await similaritiesOf(file));
    expect(difference).toBeGreaterThan(1e-6);
    expect(difference).toBeLessThan(tolerance);
    expect(Buffer.from(await reduce(precision)).equals(file)).toBe(true);
  });

  test('in fp16 differs more where every result is rounded than on the CPU, where weights are', async () => {
    const { elsewhere, graph } = await reducePrecision(model, 'fp16');
    const [inFloat32, onCpu, onGpu] = [
      await exact(),
      await similaritiesOf(encodeOnnx(graph)),
      await similaritiesOf(encodeOnnx(elsewhere!)),
    ];
    expect(largestDifference(inFloat32, onGpu)).toBeLessThan(4e-3);
    expect(meanDifference(inFloat32, onGpu)).toBeGreaterThan(meanDifference(inFloat32, onCpu));
    expect((await reducePrecision(model, 'int8')).elsewhere).toBeUndefined();
  });

  test('in int8 has weights that err by half a scale of their output channel', async () => {
    const { node, initializer } = onnxProto.onnx.ModelProto.decode(await reduced('int8')).graph!;
    const tensors = new Map(initializer!.map((tensor) => [tensor.name!, tensor]));
    const bytes = (tensorName: string): ArrayBuffer => new Uint8Array(tensors.get(tensorName)!.rawData!).buffer;
    let checked = 0;
    for (const cast of node!.filter(({ opType, input }) => opType === 'Cast' && tensors.get(input![0]!)?.dataType === 3)) {
      const widened = node!.find(({ opType, input }) => opType === 'Mul' && input![0] === cast.output![0])!;
      const elements = new Int8Array(bytes(cast.input![0]!));
      const scales = new Float32Array(bytes(widened.input![1]!));
      expect(elements.length / scales.length).toBeGreaterThanOrEqual(8);
      const original = weights[cast.input![0]!];
      const use = node!.find(({ input }) => input!.includes(widened.output![0]!))!;
      if (!original || use.opType === 'MatMul') continue;
      const isByRow = use.opType !== 'Gemm' || use.attribute!.some((one) => one.name === 'transB' && Number(one.i) === 1);
      const inner = elements.length / scales.length;
      for (const [index, value] of (original.data as Float32Array).entries()) {
        const scale = scales[isByRow ? Math.floor(index / inner) : index % scales.length]!;
        if (Math.abs(value - scale * elements[index]!) > (scale / 2) * (1 + 1e-5)) expect.fail(`${cast.input![0]} ${index}`);
      }
      checked++;
    }
    expect(checked).toBeGreaterThan(0);
  });

  const python = '/usr/bin/python3';
  test.skipIf(!existsSync(python))("passes ONNX's own checker, shapes and types of all values included", async (context) => {
    const check = `
import sys
try: import onnx
except ImportError: sys.exit('no onnx')
for path in sys.argv[1:]: onnx.checker.check_model(onnx.load(path), full_check=True)`;
    const paths: string[] = [];
    for (const precision of ['fp16', 'int8'] as const) {
      const path = join(folder, `${name} ${precision}.onnx`);
      await writeFile(path, await reduced(precision));
      paths.push(path);
    }
    const failure = await promisify(execFile)(python, ['-c', check, ...paths]).catch((error: Error & { stderr: string }) => error.stderr);
    if (failure === 'no onnx\n') context.skip("Python's package onnx is not installed");
    expect(failure).toEqual({ stdout: '', stderr: '' });
  });
});

describe('the comparison with float32', () => {
  /** A model whose score is a function of the mean of all pixels. */
  const file = async (name: string, score: (graph: Graph, mean: ReturnType<Graph['add']>) => ReturnType<Graph['add']>) => {
    const graph = new Graph();
    const pixels = graph.add('Cast', [graph.input('image', 'uint8', ['batch', 'height', 'width', 3])], { to: 1 });
    const mean = graph.add('ReduceMean', [graph.add('Mul', [pixels, 1 / 255]), graph.integers(1, 2, 3)], { keepdims: 0 });
    graph.output('score', score(graph, mean));
    const bytes = encodeOnnx(graph);
    const path = join(folder, `${name}.onnx`);
    await writeFile(path, bytes);
    return { path, bytes: bytes.length };
  };
  const compared = { source: 'rendered scenes', images };

  test('counts pairs that change their order, and states sizes and speeds', async () => {
    const plain = await file('plain', (_, mean) => mean);
    const reversed = await file('reversed', (graph, mean) => graph.add('Sub', [graph.numbers('float32', 1), mean]));
    const report = await comparePrecision('int8', [plain, reversed], compared);
    expect(report).toMatchObject({ precision: 'int8', srcc: -1, pairs: 15, changedPairs: 1 });
    expect(report.images).toEqual({ source: 'rendered scenes', count: 6, largestSide: 104 });
    expect(report.files.map(({ bytes }) => bytes)).toEqual([plain.bytes, reversed.bytes]);
    for (const { imagesPerSecond } of report.files) expect(imagesPerSecond).toBeGreaterThan(0);
    expect(() => requireOrder(report)).toThrow(
      /^int8 changes the order of more than 1 % of pairs of images: it was not written.* SRCC -1.* 100 % of 15 pairs.*--force\.$/,
    );
    const same = await comparePrecision('fp16', [plain, plain], compared);
    expect(same).toMatchObject({ scores: 'file', srcc: 1, changedPairs: 0, scoreDifference: { largest: 0, mean: 0 } });
    expect(() => requireOrder(same)).not.toThrow();
    expect(() => requireOrder({ ...same, changedPairs: 0.01 })).not.toThrow();
    // what the file computes elsewhere counts, its size is its own
    const elsewhere = await comparePrecision('fp16', [plain, plain], compared, reversed.path);
    expect(elsewhere).toMatchObject({ scores: 'rounded', srcc: -1, changedPairs: 1 });
    expect(elsewhere.files[1].bytes).toBe(plain.bytes);
  });

  test('refuses scores that are not numbers', async () => {
    const plain = await file('plain', (_, mean) => mean);
    const overflown = await file('overflown', (graph, mean) => graph.add('Sub', [graph.add('Exp', [graph.add('Mul', [mean, 1e9])]), mean]));
    await expect(comparePrecision('fp16', [plain, overflown], compared)).rejects.toThrow(/not numbers: values leave its range/);
  });
});
