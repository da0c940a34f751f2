import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TextEncoder } from '#antonym/backbones/backbone.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import type { Activation } from '#antonym/backbones/transformer-options.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodePrompts } from '#antonym/prompts/encode-prompts.js';
import { textTransformer } from '#antonym/prompts/text-transformer.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { distance, norm, numbers } from '../backbones/golden/golden-step.js';
import { statedWeight } from '../backbones/golden/stated-weights.js';
import { compile } from '../graph/run-graph.js';

/** The instance and the texts of golden/text_transformer.py. */
const encoder = (activation: Activation): TextEncoder => ({
  tower: 'clip',
  width: 16,
  layers: 3,
  heads: 2,
  activation,
  vocabulary: 50,
  context: 12,
});
const embedding = 10;
const texts = [
  [48, 7, 3, 49],
  [48, 49],
  [48, 11, 12, 12, 47, 1, 30, 49],
  [48, 3, 7, 49],
];
const tokens: TensorData = {
  dataType: 'int64',
  shape: [texts.length, 12],
  data: BigInt64Array.from(
    texts.flatMap((ids) => Array.from({ length: 12 }, (_, index) => ids[index] ?? 0)),
    BigInt,
  ),
};

let golden: ReadonlyMap<string, TensorData>;
beforeAll(async () => {
  golden = (await readSafetensors(fileURLToPath(new URL('./golden/text_transformer.safetensors', import.meta.url)))).tensors;
});

describe('CLIP text transformer against PyTorch', () => {
  test.each(['quick-gelu', 'gelu'] as const)('gives the features of texts of any length: %s', async (activation) => {
    const graph = new Graph();
    const parameters = new Parameters(graph, 'inputs');
    graph.output('features', textTransformer({ graph, parameters }, tokens, encoder(activation), embedding));
    const run = await compile(graph);
    const { features } = await run(Object.fromEntries([...parameters.specs.values()].map((spec) => [spec.name, statedWeight(spec)])));
    expect(features!.shape).toEqual([texts.length, embedding]);
    expect(distance(numbers(features), numbers(golden.get(activation)))).toBeLessThan(1e-5);
  });

  test('makes unit vectors of prompts, pair by pair', async () => {
    const backbone = { name: 'reduced', textEncoder: encoder('gelu'), embedding };
    const prompts = await encodePrompts(tokens, backbone, async (specs) =>
      Object.fromEntries([...specs].map((spec) => [spec.name, statedWeight(spec)])),
    );
    expect(prompts.shape).toEqual([2, 2, embedding]);
    const [found, expected] = [numbers(prompts), numbers(golden.get('gelu'))];
    texts.forEach((_, text) => {
      const range = [text * embedding, (text + 1) * embedding] as const;
      const unit = expected.slice(...range).map((value) => value / norm(expected.slice(...range)));
      expect(distance(found.slice(...range), unit)).toBeLessThan(1e-5);
    });
  });
});
