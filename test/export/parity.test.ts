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
