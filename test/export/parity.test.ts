import { beforeAll, describe, expect, test } from 'vitest';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { checkParity } from '#antonym/export/parity.js';
import { buildScoringModel } from '#antonym/export/scoring-model.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import type { Value } from '#antonym/graph/value.js';
import { openMeasuredScorer } from '#antonym/heads/score-measured.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import type { NamedTensors } from '#antonym/tensors/tensor-data.js';
import { measurementOf } from '#antonym/train/graphs/model.js';
import { initialTensors } from '#antonym/train/graphs/state.js';
import { headOf } from '../heads/head-of.js';
import { rendered } from '../pairs/folder-of-photographs.js';

const [count, side, scale] = [3, 48, 20];
const backbone = findBackbone('clip-tiny');
const model = { backbone, head: headOf(seededPrompts(1, 2, backbone.embedding)) };
const pixels = new Uint8Array(Buffer.concat([0, 1, 2].map((index) => renderProcedural(rendered(index, side, side)).data)));
// two calls
const crops = { pixels, count, side, atOnce: 2 };
const expected = { head: model.head, scale };
let file: Uint8Array;
let tensors: NamedTensors;
let similarity: Float32Array;
let score: number[];

beforeAll(async () => {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  graph.output('measured', measurementOf(graph, parameters, graph.input('crops', 'uint8', ['batch', side, side, 3]), model, 'running'));
  tensors = initialTensors(parameters.specs.values(), 1);
  file = encodeOnnx(buildScoringModel(model, tensors, scale).graph);
  const thread = new SessionThread();
  await thread.load('measure', encodeOnnx(graph));
  const feeds = { ...tensors, crops: { dataType: 'uint8', shape: [count, side, side, 3], data: pixels } as const };
  similarity = (await thread.run('measure', feeds)).measured!.data as Float32Array;
  await thread.close();
  const scorer = await openMeasuredScorer(model.head);
  score = await scorer.scores(similarity, scale);
  await scorer.close();
});

describe('parity', () => {
  test('of a scoring model and the graph of training over the same parameters is nearly exact', async () => {
    const { largestDifference, scores, ...rest } = await checkParity(file, crops, { ...expected, score, measured: similarity });
    expect(rest).toEqual({ crops: count, tolerance: 1e-5 });
    expect(scores!.tolerance).toBe(1e-5);
    expect(scores!.largestDifference).toBeLessThan(1e-6);
    expect(largestDifference.similarity).toBeLessThan(2e-6);
    expect(largestDifference.score).toBeLessThan(1e-5);
    expect(new Set(score).size).toBe(count);
  });

  test.each([
    ['differs', 0.00002],
    ['is no number', Number.NaN],
  ])('is refused when one similarity %s', async (_, error) => {
    const measured = similarity.with(5, similarity[5]! + error);
    await expect(checkParity(file, crops, { ...expected, score, measured })).rejects.toThrow(
      /differs from the trained one by .* it was not written/,
    );
  });

  test.each([0.001, Number.NaN])('is refused when its scores are not those of what it measures: off by %s', async (error) => {
    const head = {
      ...model.head,
      score: (graph: Graph, measured: Value, by: Value | number) => graph.add('Add', [model.head.score(graph, measured, by), error]),
    };
    await expect(checkParity(file, crops, { ...expected, head, score, measured: similarity })).rejects.toThrow(
      /score .* differs from that of what it measures by .* it was not written/,
    );
  });

  test('is not refused where the network itself magnifies rounding, and is where the difference is larger', async () => {
    const graph = new Graph();
    const image = graph.input('image', 'uint8', ['batch', side, side, 3]);
    const planes = graph.add('Transpose', [graph.add('Cast', [image], { to: 1 })], { perm: [0, 3, 1, 2] });
    const filled = (shape: number[], value: (index: number) => number): Value => {
      const length = shape.reduce((product, size) => product * size, 1);
      return graph.constant({ dataType: 'float32', shape, data: Float32Array.from({ length }, (_, index) => value(index)) });
    };
    const filters = filled([4, 3, side, side], (index) => 1 + Math.sin(index));
    const sums = graph.add('Conv', [planes, filters], { kernel_shape: [side, side] });
    // a difference of large numbers; ONNX Runtime multiplies the filters first
    const statistics = [0.001, 0, 8e5, 7].map((value) => filled([4], () => value));
    const normalized = graph.add('BatchNormalization', [sums, ...statistics], { epsilon: 1e-5 });
    const measured = graph.add('Reshape', [
      normalized,
      graph.constant({ dataType: 'int64', shape: [3], data: BigInt64Array.of(-1n, 2n, 2n) }),
    ]);
    graph.output('similarity', measured);
    graph.output('score', model.head.score(graph, measured, scale));
    const magnifying = encodeOnnx(graph);
    const thread = new SessionThread({ isPlain: true });
    await thread.load('plain', magnifying);
    const plain = await thread.run('plain', { image: { dataType: 'uint8', shape: [count, side, side, 3], data: pixels } });
    await thread.close();
    const [own, scores] = [plain.similarity!.data as Float32Array, plain.score!.data as Float32Array];
    const parity = await checkParity(magnifying, crops, { ...expected, score: scores, measured: own });
    expect(parity.largestDifference.similarity).toBeGreaterThan(1e-5);
    expect(parity.tolerance).toBeGreaterThan(parity.largestDifference.similarity!);
    const wrong = own.with(2, own[2]! + 0.01);
    await expect(checkParity(magnifying, crops, { ...expected, score: scores, measured: wrong })).rejects.toThrow(
      /differs from the trained/,
    );
  });

  test('is not refused for a small difference of similarities that a steep score magnifies', async () => {
    const steep = 100;
    const graph = buildScoringModel(model, tensors, steep).graph;
    // of the pair of prompts that an image is least decided about, within the limit
    const pairs = Array.from({ length: similarity.length / 2 }, (_, pair) => 2 * pair);
    const apart = (first: number): number => Math.abs(similarity[first]! - similarity[first + 1]!);
    const [first] = pairs.sort((a, b) => apart(a) - apart(b)) as [number];
    const measured = similarity.with(first, similarity[first]! + 9e-6).with(first + 1, similarity[first + 1]! - 9e-6);
    const scorer = await openMeasuredScorer(model.head);
    const scores = await scorer.scores(measured, steep);
    await scorer.close();
    const { largestDifference } = await checkParity(encodeOnnx(graph), crops, { ...expected, scale: steep, score: scores, measured });
    expect(largestDifference.similarity).toBeLessThan(1e-5);
    // what was refused when scores were judged by the limit of what is measured
    expect(largestDifference.score).toBeGreaterThan(1e-5);
  });

  test('is refused when an output is missing', async () => {
    await expect(checkParity(file, crops, { ...expected, score, measured: similarity.slice(1) })).rejects.toThrow(/differs/);
  });
});
