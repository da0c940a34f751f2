import { beforeAll, describe, expect, test } from 'vitest';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { checkParity } from '#antonym/export/parity.js';
import { buildScoringModel } from '#antonym/export/scoring-model.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { openMeasuredScorer } from '#antonym/heads/score-measured.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
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
let file: Uint8Array;
let similarity: Float32Array;
let score: number[];

beforeAll(async () => {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  graph.output('measured', measurementOf(graph, parameters, graph.input('crops', 'uint8', ['batch', side, side, 3]), model, 'running'));
  const tensors = initialTensors(parameters.specs.values(), 1);
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
    const { largestDifference, ...rest } = await checkParity(file, crops, { score, similarity });
    expect(rest).toEqual({ crops: count, tolerance: 1e-5 });
    expect(largestDifference.similarity).toBeLessThan(2e-6);
    expect(largestDifference.score).toBeLessThan(1e-5);
    expect(new Set(score).size).toBe(count);
  });

  test.each([
    ['one score', 0.00002, 0],
    ['one similarity', 0, 0.00002],
    ['a score that is no number', Number.NaN, 0],
    ['a similarity that is no number', 0, Number.NaN],
  ])('is refused when %s differs', async (_, scoreError, similarityError) => {
    const expected = { score: score.with(1, score[1]! + scoreError), similarity: similarity.with(5, similarity[5]! + similarityError) };
    await expect(checkParity(file, crops, expected)).rejects.toThrow(/differs from the trained one by .* it was not written/);
  });

  test('is refused when an output is missing', async () => {
    await expect(checkParity(file, crops, { score: score.slice(1), similarity })).rejects.toThrow(/differs/);
  });
});
