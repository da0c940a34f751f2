/** A family that no file of the program knows: its entry alone is enough to read weights, train, and export. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { weightOf } from '#antonym/backbones/dense-layers.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { pretrainedValues } from '#antonym/backbones/preset.js';
import { findBackbone, registerBackbone } from '#antonym/backbones/registry.js';
import { exportRun } from '#antonym/export/export-run.js';
import { measureSetup } from '#antonym/export/measurement.js';
import { Graph } from '#antonym/graph/graph.js';
import { resolveOptions } from '#antonym/support/options/option-table.js';
import { encodeSafetensors } from '#antonym/tensors/safetensors.js';
import { floatTensor, type NamedTensors } from '#antonym/tensors/tensor-data.js';
import { createEngine } from '#antonym/train/engines/create-engine.js';
import { embeddingOf } from '#antonym/train/graphs/model.js';
import { estimateMemory } from '#antonym/train/memory.js';
import { trainOptions } from '#antonym/train/options.js';
import { setUpTraining, type TrainingSetup } from '#antonym/train/training-setup.js';
import { compile } from '../graph/run-graph.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { statedPixels } from './golden/golden-step.js';

const [patch, width, embedding] = [4, 6, 5];
const mean = [0.1, 0.2, 0.3] as const;
const standardDeviation = [0.5, 0.6, 0.7] as const;

/** Patches, a ReLU, their mean, a projection. */
const invented: Backbone = {
  name: 'invented-s-4',
  description: 'patches, and their mean projected',
  pretrained: 'required',
  preset: {
    family: 'invented-*',
    values: { ...pretrainedValues, lr: { value: 3e-4, reason: 'found by trying rates' }, crop: { value: 32, reason: 'its own size' } },
  },
  trainNormalization: 'running',
  batchNormalization: false,
  parts: { stem: /^visual\.filters$/, head: /^visual\.projection$/ },
  embedding,
  mean,
  standardDeviation,
  trainedSide: 32,
  minimumSide: patch,
  sideMultiple: patch,
  reader: {
    family: 'Invented',
    layouts: [
      {
        savedBy: 'its authors',
        landmark: 'encoder.filters.first',
        transposed: /^head\.matrix$/,
        joins: [{ part: /^encoder\.filters\.(first|second)$/, parts: ['encoder.filters.first', 'encoder.filters.second'], to: 'filters' }],
        renames: [
          [/^filters$/, 'visual.filters'],
          [/^head\.matrix$/, 'visual.projection'],
          [/^head\.counter$/, 'visual.counter'],
        ],
      },
    ],
    unused: /^visual\.counter$/,
  },
  wordlessPrompts: 'seeded',
  memoryOverhead: { batch: 1, running: 1 },
  embed({ graph, parameters }, pixels) {
    const filters = weightOf({ graph, parameters }, 'visual.filters', [width, 3, patch, patch], 0.1);
    const patches = graph.add('Relu', [graph.add('Conv', [pixels, filters], { kernel_shape: [patch, patch], strides: [patch, patch] })]);
    const means = graph.add('ReduceMean', [patches, graph.integers(2, 3)], { keepdims: 0 });
    return graph.add('Gemm', [means, weightOf({ graph, parameters }, 'visual.projection', [width, embedding], 0.4)]);
  },
};

const folder = await temporaryFolder();
const safetensors = (tensors: NamedTensors): Uint8Array =>
  Buffer.concat(encodeSafetensors({ tensors: new Map(Object.entries(tensors)), metadata: {} }));
const drawn = (count: number, step: number): number[] => Array.from({ length: count }, (_, index) => ((index * step) % 101) / 101 - 0.5);
const first = floatTensor([2, 3, patch, patch], drawn(2 * 3 * patch ** 2, 37));
const second = floatTensor([4, 3, patch, patch], drawn(4 * 3 * patch ** 2, 53));
const matrix = floatTensor([embedding, width], drawn(embedding * width, 29));

const setUp = async (flags: Record<string, string> = {}): Promise<TrainingSetup> => {
  const given = {
    backbone: 'invented-s-4',
    weights: join(folder, 'weights.safetensors'),
    levels: '2',
    heldOut: '1',
    distortion: 'jpeg',
    ...flags,
  };
  return setUpTraining({ options: resolveOptions(trainOptions, { flags: given }, { cores: 2 }).values });
};

beforeAll(async () => {
  registerBackbone(invented);
  await writeFile(
    join(folder, 'weights.safetensors'),
    safetensors({
      'model.head.matrix': matrix,
      'model.head.counter': floatTensor([1], [7]),
      'model.encoder.filters.second': second,
      'model.encoder.filters.first': first,
    }),
  );
});

describe('an invented family', () => {
  test('is found by its name, once; its preset stands in the help of the options', () => {
    expect(findBackbone('invented-s-4')).toBe(invented);
    expect(() => registerBackbone(invented)).toThrow('there is a backbone invented-s-4 already');
    expect(trainOptions.lr.preset.text).toContain('for invented-* 0.0003');
    const { values, origins } = resolveOptions(trainOptions, { flags: { backbone: 'invented-s-4' } }, { cores: 2 });
    expect([values.lr, values.crop, origins.lr]).toEqual([3e-4, 32, 'preset']);
  });

  test('is read by its own reader: parts joined, a matrix transposed, what it does not need left out', async () => {
    const { start } = await setUp();
    expect(Object.keys(start.parameters).sort()).toEqual(['visual.filters', 'visual.projection']);
    expect(start.parameters['visual.filters']).toEqual(floatTensor([6, 3, patch, patch], [...first.data, ...second.data].map(Number)));
    const { shape, data } = start.parameters['visual.projection']!;
    expect(shape).toEqual([width, embedding]);
    expect(data[1]).toBe(matrix.data[width]);
    expect(start.head.description).toMatch(/seeded/);
  });

  test('says of weights of others whose they are, and of its own which are missing', async () => {
    const stray = join(folder, 'stray.safetensors');
    await writeFile(stray, safetensors({ 'blocks.0.weight': matrix }));
    await expect(setUp({ weights: stray })).rejects.toThrow(
      /does not hold an image encoder of Invented: it has no tensor encoder\.filters\.first \(its authors\)\. Its first tensors are: blocks\.0\.weight/,
    );
    await writeFile(stray, safetensors({ 'encoder.filters.first': first, 'encoder.filters.second': second }));
    await expect(setUp({ weights: stray })).rejects.toThrow(
      /does not fit invented-s-4: of its tensors, 1 is missing \(visual\.projection\)/,
    );
    await expect(setUp({ backbone: 'clip-rn50' })).rejects.toThrow(/holds weights of invented-s-4, not of clip-rn50/);
    await expect(setUp({ prompts: 'antonyms' })).rejects.toThrow(/need a text encoder, but the backbone invented-s-4 has none/);
  });

  test('trains a step, with a part frozen, and states its memory', async () => {
    const prepared = await setUp({ freeze: 'stem', batchSize: '1', accumulate: '1' });
    expect(estimateMemory(prepared)).toBeGreaterThan(150 * 2 ** 20);
    const engine = await createEngine(prepared, 1);
    try {
      const before = await engine.readState();
      const pixels = statedPixels('crops', 6, 32, 32).data as Uint8Array;
      const { loss } = { ...(await engine.accumulate(pixels, 0, 1)) };
      expect(loss).toBeGreaterThan(0);
      await engine.update({ step: 1, learningRate: 1e-2 });
      const after = await engine.readState();
      expect(after['visual.filters']!.data).toEqual(before['visual.filters']!.data);
      expect(after['visual.projection']!.data).not.toEqual(before['visual.projection']!.data);
    } finally {
      await engine.close();
    }
  });

  test('sees pixels by its own statistics', async () => {
    const { model, start } = await setUp();
    const graph = new Graph();
    const parameters = new Parameters(graph, start.parameters);
    const image = graph.input('image', 'uint8', ['batch', 'height', 'width', 3]);
    graph.output('embedding', embeddingOf(graph, parameters, image, model, 'running'));
    const run = await compile(graph);
    const results = await run({ image: { dataType: 'uint8', shape: [1, 8, 12, 3], data: new Uint8Array(8 * 12 * 3).fill(200) } });
    // every patch of a plain image is the same: a sum over the filter, a ReLU, a row of the matrix
    const filters = [...first.data, ...second.data].map(Number);
    const area = patch ** 2;
    const activations = Array.from({ length: width }, (_, filter) => {
      const sumOf = (channel: number): number =>
        filters.slice((filter * 3 + channel) * area, (filter * 3 + channel + 1) * area).reduce((sum, value) => sum + value, 0);
      const response = mean.map((own, channel) => ((200 / 255 - own) / standardDeviation[channel]!) * sumOf(channel));
      return Math.max(
        0,
        response.reduce((sum, value) => sum + value, 0),
      );
    });
    expect(activations.filter((value) => value > 0).length).toBeGreaterThan(1);
    for (let row = 0; row < embedding; row++) {
      const expected = activations.reduce((sum, value, filter) => sum + value * Number(matrix.data[row * width + filter]), 0);
      expect(Number(results.embedding!.data[row])).toBeCloseTo(expected, 4);
    }
  });

  test('is exported, and the file computes what was measured, and the embedding where it is wanted', async () => {
    const measured = await measureSetup(await setUp(), undefined, { onMeasure() {} });
    const { description, parity, model } = await exportRun(measured, join(folder, 'export'), { embedding: true, degradations: false });
    expect(description.embedding).toEqual({ output: 'embedding', size: embedding });
    const image = statedPixels('image', 2, 8, 12);
    const session = await InferenceSession.create(model, { logSeverityLevel: 3 });
    const outputs = await session.run({ image: new Tensor('uint8', image.data as Uint8Array, image.shape) });
    const graph = new Graph();
    const encoded = embeddingOf(
      graph,
      new Parameters(graph, measured.tensors),
      graph.input('image', 'uint8', ['batch', 'height', 'width', 3]),
      measured.setup.model,
      'running',
    );
    graph.output('embedding', encoded);
    const expected = (await (await compile(graph))({ image })).embedding!;
    expect(outputs.embedding!.dims).toEqual(expected.shape);
    for (const [index, value] of expected.data.entries()) expect(Number(outputs.embedding!.data[index])).toBeCloseTo(Number(value), 5);
    expect(description.backbone).toBe('invented-s-4: patches, and their mean projected');
    expect(description.size).toMatchObject({ minimumSide: patch, sideMultiple: patch });
    expect(await readFile(join(folder, 'export', 'MODEL_CARD.md'), 'utf8')).toContain(`Sides are multiples of ${patch} pixels`);
    expect(parity.largestDifference.score).toBeLessThan(1e-5);
  });
});
