/** The magnitude head and its crops against PyTorch (make_magnitude.py beside magnitude.json). */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { clipResNet } from '#antonym/backbones/clip/clip-resnet.js';
import { clipVisionTransformer } from '#antonym/backbones/clip/clip-vision-transformer.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { buildScoringModel } from '#antonym/export/scoring-model.js';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import type { FusionConstants } from '#antonym/heads/fusion.js';
import { magnitudeHead, magnitudeKind } from '#antonym/heads/magnitude-head.js';
import { promptsName } from '#antonym/heads/prompt-head.js';
import { openMeasuredScorer } from '#antonym/heads/score-measured.js';
import { cropImage } from '#antonym/images/image.js';
import { partsOf } from '#antonym/score/tiles.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { buildLossGraph } from '#antonym/train/graphs/gradients-graph.js';
import { embeddingOf } from '#antonym/train/graphs/model.js';
import { initialTensors } from '#antonym/train/graphs/state.js';
import { distance, statedPixels } from '../backbones/golden/golden-step.js';
import { stated } from '../backbones/golden/stated-values.js';
import { statedWeight } from '../backbones/golden/stated-weights.js';
import { compile } from '../graph/run-graph.js';
import { compileGradients } from '../train/engines/compile-gradients.js';
import { tensorsOf } from './head-of.js';

interface Golden {
  readonly variants: readonly {
    readonly constants: FusionConstants;
    readonly magnitude: readonly number[];
    readonly scores: readonly number[];
    readonly gradient: readonly number[];
  }[];
  readonly images: readonly {
    readonly encoder: 'transformer' | 'resnet';
    readonly height: number;
    readonly width: number;
    /** Scores of the crops, in their order. */
    readonly scores: readonly number[];
    readonly score: number;
  }[];
}

const golden = JSON.parse(await readFile(new URL('golden/magnitude.json', import.meta.url), 'utf8')) as Golden;
/** Those of make_magnitude.py. */
const [size, count, pairs, scale, side] = [12, 6, 3, 5, 32];
const values = (tensor: TensorData | undefined): number[] => Array.from(tensor!.data, Number);
const features = unitRows(Array.from(stated('prompts', pairs * 2 * size), (value) => value - 0.5));
const prompts = { features, description: 'given features' };
const embedding = floatTensor(
  [count, size],
  Float32Array.from(stated('embedding', count * size), (value) => (value - 0.5) ** 3),
);

function unitRows(numbers: readonly number[]): TensorData {
  const rows = Array.from({ length: pairs * 2 }, (_, row) => numbers.slice(row * size, (row + 1) * size));
  return floatTensor([pairs, 2, size], Float32Array.from(rows.flatMap((row) => row.map((value) => value / Math.hypot(...row)))));
}

describe('the magnitude head', () => {
  test.each(golden.variants)('measures and scores as PyTorch does, gradient included: %j', async ({
    constants,
    magnitude,
    scores,
    gradient,
  }) => {
    const head = magnitudeHead(prompts, constants);
    const graph = new Graph();
    const input = graph.input('embedding', 'float32', [count, size]);
    const measured = head.measure(graph, new Parameters(graph, tensorsOf(head, size)), input);
    const { falling, rising } = head.cues(graph, measured);
    const score = head.score(graph, measured, scale);
    const [slope] = differentiate(graph, graph.add('ReduceSum', [score], { keepdims: 0 }), [input]);
    for (const [name, value] of Object.entries({ measured, falling, rising, score, slope: slope! })) graph.output(name, value);
    const results = await (await compile(graph))({ embedding });
    expect(results.measured!.shape).toEqual([count, ...head.measuredShape]);
    const cues = values(results.measured);
    for (const [crop, expected] of magnitude.entries()) {
      const own = cues.slice(crop * 7, (crop + 1) * 7);
      expect(Math.abs(own[6]! - expected)).toBeLessThan(1e-5);
      expect(values(results.falling).slice(crop * 4, (crop + 1) * 4)).toEqual([own[0], own[2], own[4], own[6]]);
      expect(values(results.rising).slice(crop * 3, (crop + 1) * 3)).toEqual([own[1], own[3], own[5]]);
    }
    for (const [crop, expected] of scores.entries()) expect(Math.abs(values(results.score)[crop]! - expected)).toBeLessThan(1e-5);
    expect(distance(values(results.slope), gradient)).toBeLessThan(1e-4);
    for (const [crop, value] of head.order(results.measured!.data as Float32Array, count, scale).entries())
      expect(Math.abs(value - scores[crop]!)).toBeLessThan(1e-5);
  });

  test('does not depend on the length of the embedding', async () => {
    const head = magnitudeHead(prompts);
    const graph = new Graph();
    graph.output('measured', head.measure(graph, new Parameters(graph, tensorsOf(head, size)), graph.input('x', 'float32', ['n', size])));
    const run = await compile(graph);
    const longer = floatTensor(
      embedding.shape,
      (embedding.data as Float32Array).map((value) => 100 * value),
    );
    const [own, other] = [await run({ x: embedding }), await run({ x: longer })];
    expect(distance(values(other.measured), values(own.measured))).toBeLessThan(1e-4);
  });

  test('fits its scale to the score of its prompts alone', async () => {
    const head = magnitudeHead(prompts);
    const scorer = await openMeasuredScorer({ measuredShape: head.measuredShape, score: head.calibratedScore! });
    const [score] = await scorer.scores(Float32Array.from([0.3, 0.1, 0.2, 0.2, 0.1, 0.4, 9]), 10);
    await scorer.close();
    const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
    expect(score).toBeCloseTo((logistic(2) + logistic(0) + logistic(-3)) / 3, 5);
  });

  test('can be trained with the encoder, too', async () => {
    const backbone = findBackbone('clip-tiny');
    const { embedding: width } = backbone;
    const head = magnitudeHead({
      features: floatTensor(
        [1, 2, width],
        Float32Array.from(stated('prompts', 2 * width), (value) => value - 0.5),
      ),
      description: 'given',
    });
    const losses = buildLossGraph({ backbone, head }, { photographs: 2, levels: 2 }, 32, { marginConsistency: 0.0025, marginRank: 0.0675 });
    const results = await (await compileGradients(losses))({
      ...initialTensors(losses.parameters.specs.values(), 1),
      crops: statedPixels('crops', 12, 32, 32),
    });
    for (const name of ['loss', 'positive', 'negative']) expect(Number(results[name]!.data[0])).toBeGreaterThan(0);
    for (const tensor of Object.values(results)) expect(values(tensor).every(Number.isFinite)).toBe(true);
  });

  test('is made of the prompts of a checkpoint, whichever head was trained on them', async () => {
    const stored = { backbone: findBackbone('clip-tiny'), metadata: { prompts: 'given features' } };
    const head = await magnitudeKind.restore({ ...stored, read: async (name) => (name === promptsName ? features : undefined) });
    expect(head!.facts()).toEqual(magnitudeHead(prompts).facts());
    expect(await magnitudeKind.restore({ ...stored, read: async () => undefined })).toBeUndefined();
  });
});

describe('an image of any size', () => {
  const encoders: Record<string, Backbone> = {
    transformer: {
      ...findBackbone('clip-vit-b-32'),
      embedding: size,
      minimumSide: 8,
      embed: (context, pixels) => {
        const options = {
          patch: 8,
          side,
          width: 16,
          layers: 3,
          heads: 2,
          embedding: size,
          activation: 'quick-gelu',
          hasPositions: false,
        } as const;
        return clipVisionTransformer(context, pixels, options);
      },
    },
    resnet: {
      ...findBackbone('clip-rn50'),
      embedding: size,
      embed: (context, pixels) => clipResNet(context, pixels, { width: 8, blocks: [1, 1, 1, 1], heads: 4, embedding: size }),
    },
  };
  const head = magnitudeHead(prompts);
  const crops = { ...head.crops!(side), stride: 18 };

  async function open(backbone: Backbone) {
    const model = { backbone, head };
    const graph = new Graph();
    const parameters = new Parameters(graph, 'inputs');
    embeddingOf(graph, parameters, graph.input('image', 'uint8', ['batch', 'height', 'width', 3]), model, 'running');
    const weights = Object.fromEntries([...parameters.specs.values()].map((spec) => [spec.name, statedWeight(spec)]));
    return compile(buildScoringModel(model, { ...weights, ...tensorsOf(head, size) }, scale, side).graph);
  }

  test.each(golden.images)('is cut and scored as by PyTorch: $encoder, $width x $height', async ({
    encoder,
    height,
    width,
    scores,
    score,
  }) => {
    const run = await open(encoders[encoder]!);
    const image = { width, height, data: statedPixels(`image.${height}x${width}`, 1, height, width).data as Uint8Array };
    const found: number[] = [];
    for (const part of partsOf(width, height, { size: { minimumSide: 8 }, largeImages: { maximumPixels: 1 }, crops })) {
      expect(part.weight).toBe(1);
      const { data } = cropImage(image, part.left, part.top, part.width, part.height);
      found.push(...values((await run({ image: { dataType: 'uint8', shape: [1, part.height, part.width, 3], data } })).score));
    }
    expect(found).toHaveLength(scores.length);
    for (const [index, expected] of scores.entries()) expect(Math.abs(found[index]! - expected), `crop ${index}`).toBeLessThan(1e-4);
    expect(Math.abs(found.reduce((sum, value) => sum + value, 0) / found.length - score)).toBeLessThan(1e-4);
  });
});
