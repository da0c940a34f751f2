import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { type ClipResNetOptions, clipResNet } from '#antonym/backbones/clip/clip-resnet.js';
import { normalizePixels } from '#antonym/backbones/normalize-pixels.js';
import { type ParameterSpec, Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { Graph } from '#antonym/graph/graph.js';
import { promptsName } from '#antonym/heads/prompt-head.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { buildLossGraph, lossNames, trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { gradientName } from '#antonym/train/graphs/state.js';
import { compile } from '../../graph/run-graph.js';
import { headOf } from '../../heads/head-of.js';
import { compileGradients } from '../../train/engines/compile-gradients.js';
import { distance, dot, gradientError, norm, numbers, statedPixels } from '../golden/golden-step.js';
import { statedWeight } from '../golden/stated-weights.js';

/** The instance, layout and margins of golden/clip_resnet.py. */
const options: ClipResNetOptions = { width: 4, blocks: [1, 2, 1, 1], heads: 4, embedding: 16 };
const layout = { photographs: 2, levels: 2 };
const side = 64;
const margins = { marginConsistency: 2.5e-3, marginRank: 0.0675 };

let golden: ReadonlyMap<string, TensorData>;

beforeAll(async () => {
  golden = (await readSafetensors(fileURLToPath(new URL('../golden/clip_resnet.safetensors', import.meta.url)))).tensors;
});

function reduced(trainNormalization: 'batch' | 'running', positions: Pick<ClipResNetOptions, 'positionsFor'> = {}): Backbone {
  const embed: Backbone['embed'] = (context, pixels) => clipResNet(context, pixels, { ...options, ...positions });
  return { ...findBackbone('clip-tiny'), name: 'reduced', embedding: options.embedding, trainNormalization, embed };
}

/** The weights of golden/clip_resnet.py; with running statistics, those that the fixture brings. */
function weight({ name, shape }: ParameterSpec, normalization: 'batch' | 'running'): TensorData {
  if (name === promptsName) return golden.get('prompts')!;
  if (name.includes('.running_') && normalization === 'running') return golden.get(`buffer.${name}`)!;
  return statedWeight({ name, shape });
}

describe('CLIP ModifiedResNet against PyTorch', () => {
  test.each([
    ['without a positional embedding', 'embedding', {}],
    ['with one of another size', 'positions', { positionsFor: side }],
  ] as const)('embeds images of even and odd sizes alike, %s', async (_, expected, positions) => {
    const graph = new Graph();
    const parameters = new Parameters(graph, 'inputs');
    const backbone = reduced('running', positions);
    const image = graph.input('image', 'uint8', ['batch', 'height', 'width', 3]);
    const pixels = normalizePixels(graph, image, backbone);
    graph.output('embedding', backbone.embed({ graph, parameters, normalization: 'running' }, pixels));
    const run = await compile(graph);
    const weights = Object.fromEntries([...parameters.specs].map(([name, spec]) => [name, weight(spec, 'running')]));
    for (const [height, width] of [
      [64, 64],
      [45, 61],
      [77, 109],
    ] as const) {
      const name = `${height}x${width}`;
      const { embedding } = await run({ ...weights, image: statedPixels(`image.${name}`, 2, height, width) });
      expect(embedding!.shape).toEqual([2, options.embedding]);
      expect(distance(numbers(embedding), numbers(golden.get(`${expected}.${name}`))), name).toBeLessThan(1e-4);
    }
  });

  for (const normalization of ['running', 'batch'] as const) {
    describe(`a whole step with ${normalization} statistics`, () => {
      let results: Record<string, TensorData>;
      let trained: ParameterSpec[];

      beforeAll(async () => {
        const prompts = golden.get('prompts')!;
        const losses = buildLossGraph({ backbone: reduced(normalization), head: headOf(prompts) }, layout, side, margins);
        trained = trainedSpecs(losses.parameters);
        const weights = [...losses.parameters.specs].map(([name, spec]) => [name, weight(spec, normalization)]);
        const run = await compileGradients(losses);
        results = await run({
          ...Object.fromEntries(weights),
          crops: statedPixels('crops', 12, side, side),
        });
      });

      test('gives the same losses, each of them active', () => {
        for (const name of lossNames) {
          const expected = numbers(golden.get(`${normalization}.${name}`))[0]!;
          expect(expected).toBeGreaterThan(0);
          expect(Math.abs(numbers(results[name])[0]! / expected - 1), name).toBeLessThan(1e-4);
        }
      });

      test('gives the same gradient of every parameter', () => {
        const of = (name: string): number[] => numbers(golden.get(`${normalization}.gradient.${name}`));
        const prefix = `${normalization}.gradient.`;
        const names = [...golden.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
        // the bias of the keys is not there: softmax does not see it, its gradient is zero
        expect(trained.map(({ name }) => name).sort()).toEqual(names.sort());
        const total = norm(names.map((name) => norm(of(name))));
        for (const name of names) {
          expect(gradientError(numbers(results[`next.${gradientName(name)}`]), of(name), total), name).toBeLessThan(1e-3);
        }
      });

      test('moves the running statistics towards those of the batch, all by one share, and only in training with these', () => {
        const updated = Object.keys(results).filter((name) => name.includes('.running_'));
        const names = [...golden.keys()].filter((name) => name.startsWith('statistic.')).map((name) => name.replace('statistic', 'next'));
        expect(updated.sort()).toEqual(normalization === 'batch' ? names.sort() : []);
        const shares = updated.map((next) => {
          const name = next.replace('next.', '');
          const start = numbers(weight({ ...trained[0]!, name, shape: results[next]!.shape }, normalization));
          const way = numbers(golden.get(`statistic.${name}`)).map((value, index) => value - start[index]!);
          const moved = numbers(results[next]).map((value, index) => value - start[index]!);
          const share = dot(moved, way) / dot(way, way);
          expect(norm(moved.map((value, index) => value - share * way[index]!)) / norm(way), name).toBeLessThan(1e-4);
          return share;
        });
        for (const share of shares) {
          expect(share).toBeCloseTo(shares[0]!, 4);
          // an average over batches: neither the last batch alone nor the start
          expect(share > 0.01 && share < 0.5, `share ${share}`).toBe(true);
        }
      });
    });
  }
});
