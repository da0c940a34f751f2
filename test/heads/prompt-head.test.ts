import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { Graph } from '#antonym/graph/graph.js';
import { promptCues, promptHead, promptKind, promptScore, promptSimilarity, similarityGaps } from '#antonym/heads/prompt-head.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { compile } from '../graph/run-graph.js';
import { headOf, tensorsOf } from './head-of.js';

const size = 6;
const pairs = 3;

async function head(prompts: TensorData, scale: number, crops: number | string = 'batch') {
  const graph = new Graph();
  const embedding = graph.input('embedding', 'float32', [crops, size]);
  const similarity = promptSimilarity(graph, embedding, graph.input('prompts', 'float32', prompts.shape));
  const { falling, rising } = promptCues(graph, similarity);
  graph.output('similarity', similarity);
  graph.output('falling', falling);
  graph.output('rising', rising);
  graph.output('score', promptScore(graph, similarity, scale));
  expect([similarity.shape, falling.shape, rising.shape]).toEqual([
    [crops, pairs, 2],
    [crops, pairs],
    [crops, pairs],
  ]);
  const run = await compile(graph);
  return async (rows: readonly number[][]) => run({ prompts, embedding: floatTensor([rows.length, size], rows.flat()) });
}

/** Unit vectors that are not opposite, unlike seeded ones. */
function unrelatedPrompts(): TensorData {
  const random = randomStream('unrelated prompts');
  const rows = Array.from({ length: pairs * 2 }, () => Array.from({ length: size }, random.normal));
  return floatTensor(
    [pairs, 2, size],
    rows.flatMap((row) => row.map((value) => value / Math.hypot(...row))),
  );
}

const rowsOf = (crops: number): number[][] => {
  const random = randomStream('embeddings');
  return Array.from({ length: crops }, () => Array.from({ length: size }, random.normal));
};

describe('prompt head', () => {
  test('gives cosine similarities, and both sides of each pair as cues', async () => {
    const prompts = unrelatedPrompts();
    const run = await head(prompts, 10);
    const rows = rowsOf(4);
    const results = await run(rows);
    rows.forEach((row, crop) => {
      for (let pair = 0; pair < pairs; pair++) {
        for (const side of [0, 1]) {
          const offset = (pair * 2 + side) * size;
          const cosine = row.reduce((sum, value, i) => sum + value * Number(prompts.data[offset + i]), 0) / Math.hypot(...row);
          expect(Number(results.similarity!.data[(crop * pairs + pair) * 2 + side])).toBeCloseTo(cosine, 5);
          expect(Number(results[side === 0 ? 'falling' : 'rising']!.data[crop * pairs + pair])).toBeCloseTo(cosine, 5);
        }
      }
    });
  });

  test('scores by the mean over pairs of 1 / (1 + e^(scale (negative - positive)))', async () => {
    const results = await (await head(unrelatedPrompts(), 3.5, 5))(rowsOf(5));
    expect(results.score!.shape).toEqual([5]);
    for (let crop = 0; crop < 5; crop++) {
      let sum = 0;
      for (let pair = 0; pair < pairs; pair++) {
        const [positive, negative] = [0, 1].map((side) => Number(results.similarity!.data[(crop * pairs + pair) * 2 + side]));
        sum += 1 / (1 + Math.exp(3.5 * (negative! - positive!)));
      }
      expect(Number(results.score!.data[crop])).toBeCloseTo(sum / pairs, 6);
    }
  });

  test('reaches 1 and -1, stays within them, and does not depend on the length of the embedding', async () => {
    const prompts = seededPrompts(1, pairs, size);
    const run = await head(prompts, 100);
    const aligned = Array.from(prompts.data.slice(0, size), Number);
    const { similarity, score } = await run([aligned, aligned.map((value) => -1e3 * value)]);
    const first = [0, 1, pairs * 2, pairs * 2 + 1].map((index) => Number(similarity!.data[index]));
    [1, -1, -1, 1].forEach((expected, index) => {
      expect(first[index]).toBeCloseTo(expected, 5);
    });
    expect(Number(score!.data[0])).toBeGreaterThan(1 / pairs);
    const row = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: size, maxLength: size });
    await fc.assert(
      fc.asyncProperty(
        row.filter((values) => Math.hypot(...values) > 0.1),
        fc.double({ min: 0.1, max: 1000, noNaN: true }),
        async (values, length) => {
          const results = await run([values, values.map((value) => value * length)]);
          const similarities = Array.from(results.similarity!.data, Number);
          for (const value of similarities) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-6);
          for (let i = 0; i < pairs * 2; i++) expect(similarities[i]).toBeCloseTo(similarities[i + pairs * 2]!, 5);
          for (const value of Array.from(results.score!.data, Number)) expect(value >= 0 && value <= 1).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('stays finite for an embedding of zeros', async () => {
    const { similarity, score } = await (await head(unrelatedPrompts(), 10))([Array(size).fill(0)]);
    expect(Array.from(similarity!.data, Number)).toEqual(Array(pairs * 2).fill(0));
    expect(Number(score!.data[0])).toBeCloseTo(0.5, 6);
  });

  test('orders crops by gaps, which are means over prompt pairs', () => {
    expect(similarityGaps(Float32Array.of(0.5, 0.25, 0.25, 0.5, 1, 0, 0.5, 0.25), 2)).toEqual([0, 0.625]);
  });

  test('learns prompts where it is told to: they are parameters, their length does not count, and a checkpoint keeps that', async () => {
    const features = unrelatedPrompts();
    const learned = promptHead({ features, description: 'three pairs', isLearned: true });
    const measure = (values: TensorData, isTrained: boolean) => {
      const graph = new Graph();
      const parameters = new Parameters(graph, { 'prompts.features': values });
      graph.output(
        'measured',
        (isTrained ? learned : headOf(features)).measure(graph, parameters, graph.input('embedding', 'float32', [4, size])),
      );
      expect(parameters.specs.get('prompts.features')!.role).toBe(isTrained ? 'parameter' : 'buffer');
      return compile(graph);
    };
    const embedding = floatTensor([4, size], rowsOf(4).flat());
    const longer = floatTensor(
      features.shape,
      Array.from(features.data as Float32Array, (value, at) => value * (1 + Math.floor(at / size))),
    );
    const expected = (await (await measure(features, false))({ embedding })).measured!.data;
    for (const values of [features, longer]) {
      const { measured } = await (await measure(values, true))({ embedding });
      for (const [at, value] of measured!.data.entries()) expect(Number(value)).toBeCloseTo(Number(expected[at]), 5);
    }
    const restored = await promptKind.restore({
      backbone: findBackbone('clip-tiny'),
      metadata: learned.metadata,
      read: async () => longer,
    });
    expect(restored!.metadata).toEqual({ prompts: 'three pairs', learnedPrompts: 'true' });
    expect(tensorsOf(restored!, size)).toEqual({ 'prompts.features': longer });
  });
});
