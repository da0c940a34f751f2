import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { clipVisionTransformer } from '#antonym/backbones/clip/clip-vision-transformer.js';
import { normalizePixels } from '#antonym/backbones/normalize-pixels.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import type { Activation } from '#antonym/backbones/transformer-options.js';
import { Graph } from '#antonym/graph/graph.js';
import { promptsName } from '#antonym/heads/prompt-head.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { buildLossGraph, lossNames, trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { gradientName } from '#antonym/train/graphs/state.js';
import { compile } from '../../graph/run-graph.js';
import { headOf } from '../../heads/head-of.js';
import { compileGradients } from '../../train/engines/compile-gradients.js';
import { distance, gradientError, norm, numbers, statedPixels } from '../golden/golden-step.js';
import { statedWeight } from '../golden/stated-weights.js';

/** The instance and layout of golden/vision_transformer.py. */
const layout = { photographs: 2, levels: 2 };
const embedding = 12;

let golden: ReadonlyMap<string, TensorData>;

beforeAll(async () => {
  golden = (await readSafetensors(fileURLToPath(new URL('../golden/vision_transformer.safetensors', import.meta.url)))).tensors;
});

function reduced(activation: Activation): Backbone {
  const options = { patch: 8, side: 32, width: 16, layers: 3, heads: 2, embedding, activation };
  const embed: Backbone['embed'] = (context, pixels) => clipVisionTransformer(context, pixels, options);
  return { ...findBackbone('clip-vit-b-32'), name: 'reduced', embedding, embed };
}

describe('CLIP vision transformer against PyTorch', () => {
  test('embeds images of any size: that of the positional embedding, others, and with a rest beside whole patches', async () => {
    const graph = new Graph();
    const parameters = new Parameters(graph, 'inputs');
    const backbone = reduced('quick-gelu');
    const pixels = normalizePixels(graph, graph.input('image', 'uint8', ['batch', 'height', 'width', 3]), backbone);
    graph.output('embedding', backbone.embed({ graph, parameters, normalization: 'running' }, pixels));
    const run = await compile(graph);
    const weights = Object.fromEntries([...parameters.specs.values()].map((spec) => [spec.name, statedWeight(spec)]));
    for (const [height, width] of [
      [32, 32],
      [40, 56],
      [27, 61],
    ] as const) {
      const name = `${height}x${width}`;
      const { embedding: found } = await run({ ...weights, image: statedPixels(`image.${name}`, 2, height, width) });
      expect(found!.shape).toEqual([2, embedding]);
      expect(distance(numbers(found), numbers(golden.get(`embedding.${name}`))), name).toBeLessThan(1e-4);
    }
  });

  for (const [mode, side, activation] of [
    ['native', 32, 'quick-gelu'],
    ['interpolated', 48, 'gelu'],
  ] as const) {
    test(`gives the losses and the gradient of every parameter: ${mode} positional embedding, ${activation}`, async () => {
      const prompts = golden.get('prompts')!;
      const margins = { marginConsistency: 2.5e-3, marginRank: 0.0675 };
      const losses = buildLossGraph({ backbone: reduced(activation), head: headOf(prompts) }, layout, side, margins);
      const trained = trainedSpecs(losses.parameters);
      const run = await compileGradients(losses);
      const results = await run({
        ...Object.fromEntries(trained.map((spec) => [spec.name, statedWeight(spec)])),
        [promptsName]: prompts,
        crops: statedPixels(`crops.${mode}`, 12, side, side),
      });
      for (const name of lossNames) {
        const expected = numbers(golden.get(`${mode}.${name}`))[0]!;
        expect(expected).toBeGreaterThan(0);
        expect(Math.abs(numbers(results[name])[0]! / expected - 1), name).toBeLessThan(1e-4);
      }
      const of = (name: string): number[] => numbers(golden.get(`${mode}.gradient.${name}`));
      const names = [...golden.keys()].flatMap((key) => (key.startsWith(`${mode}.gradient.`) ? [key.split('.gradient.')[1]!] : []));
      expect(trained.map(({ name }) => name).sort()).toEqual(names.sort());
      const total = norm(names.map((name) => norm(of(name))));
      for (const name of names) {
        expect(gradientError(numbers(results[`next.${gradientName(name)}`]), of(name), total), name).toBeLessThan(1e-3);
      }
    });
  }
});
