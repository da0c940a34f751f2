import { describe, expect, test } from 'vitest';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { Graph } from '#antonym/graph/graph.js';
import { promptScore } from '#antonym/heads/prompt-head.js';
import { regressionHead, regressionKind } from '#antonym/heads/regression-head.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { buildLossGraph, trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { gradientName, initialTensors } from '#antonym/train/graphs/state.js';
import { compile } from '../graph/run-graph.js';
import { compileGradients } from '../train/engines/compile-gradients.js';
import { tensorsOf } from './head-of.js';

const [size, crops, scale] = [5, 40, 2.5];
const random = randomStream('regression head');
const normals = (count: number): number[] => Array.from({ length: count }, random.normal);
const fitted = { weight: floatTensor([size, 1], normals(size)), bias: floatTensor([1], [0.3]) };
const embedding = floatTensor([crops, size], normals(crops * size));
const values = (tensor: TensorData | undefined): number[] => Array.from(tensor!.data, Number);

async function run(): Promise<Record<string, TensorData>> {
  const head = regressionHead(size, fitted);
  const graph = new Graph();
  const measured = head.measure(graph, new Parameters(graph, tensorsOf(head, size)), graph.input('embedding', 'float32', ['batch', size]));
  const { falling, rising } = head.cues(graph, measured);
  for (const [name, value] of Object.entries({ measured, falling, rising, score: head.score(graph, measured, scale) })) {
    graph.output(name, value);
  }
  // what two opposite prompts give: cosine similarities of (z, 1) to (1, 0) and to (-1, 0)
  const opposite = graph.add('Concat', [falling, rising], { axis: 1 });
  graph.output('of prompts', promptScore(graph, graph.add('Reshape', [opposite, graph.integers(-1, 1, 2)]), scale));
  return (await compile(graph))({ embedding });
}

describe('the regression head', () => {
  test('measures the bounded regression, its cues are that and its negative, and it orders crops by it', async () => {
    const { measured, falling, rising } = await run();
    expect(measured!.shape).toEqual([crops, 1]);
    const expected = Array.from({ length: crops }, (_, crop) => {
      const row = values(embedding).slice(crop * size, (crop + 1) * size);
      const z = row.reduce((sum, value, index) => sum + value * Number(fitted.weight.data[index]), Number(fitted.bias.data[0]));
      return z / Math.sqrt(1 + z * z);
    });
    for (const [crop, value] of expected.entries()) {
      expect(values(measured)[crop]).toBeCloseTo(value, 5);
      expect(values(falling)[crop]).toBeCloseTo(value, 5);
      expect(values(rising)[crop]).toBeCloseTo(-value, 5);
    }
    expect(regressionHead(size).order(measured!.data as Float32Array, crops)).toEqual(values(measured));
  });

  test('scores as two opposite prompts do', async () => {
    const { score, 'of prompts': prompts } = await run();
    expect(score!.shape).toEqual([crops]);
    expect(new Set(values(score)).size).toBe(crops);
    for (const [crop, value] of values(prompts).entries()) expect(Math.abs(values(score)[crop]! - value)).toBeLessThan(1e-6);
  });

  test('is trained with the encoder: every loss and the gradient of its parameters is a number, and not zero', async () => {
    const backbone = findBackbone('clip-tiny');
    const model = { backbone, head: regressionHead(backbone.embedding) };
    const losses = buildLossGraph(model, { photographs: 2, levels: 2 }, 32, { marginConsistency: 0.0025, marginRank: 0.0675 });
    const trained = trainedSpecs(losses.parameters).map(({ name }) => name);
    expect(trained).toEqual(expect.arrayContaining(['regression.weight', 'regression.bias']));
    const pixels = Uint8Array.from({ length: 12 * 32 * 32 * 3 }, () => random.integer(256));
    const results = await (await compileGradients(losses))({
      ...initialTensors(losses.parameters.specs.values(), 1),
      crops: { dataType: 'uint8', shape: [12, 32, 32, 3], data: pixels },
    });
    for (const name of ['loss', 'positive', 'negative']) expect(Number(results[name]!.data[0])).toBeGreaterThan(0);
    const gradient = values(results[`next.${gradientName('regression.weight')}`]);
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(Math.hypot(...gradient)).toBeGreaterThan(0);
  });

  test('is read from a checkpoint, or is none where that has no such parameters', async () => {
    const backbone = { ...findBackbone('clip-tiny'), embedding: size };
    const stored: Record<string, TensorData> = { 'regression.weight': fitted.weight, 'regression.bias': fitted.bias };
    const read = async (name: string): Promise<TensorData | undefined> => stored[name];
    const head = await regressionKind.restore({ backbone, metadata: {}, read });
    expect(tensorsOf(head!, size)).toEqual(stored);
    expect(await regressionKind.restore({ backbone, metadata: {}, read: async () => undefined })).toBeUndefined();
  });
});
