import { describe, expect, test } from 'vitest';
import { Parameters } from '#antonym/backbones/parameters.js';
import { backboneNames, findBackbone } from '#antonym/backbones/registry.js';
import { Graph } from '#antonym/graph/graph.js';
import { elementCount } from '#antonym/tensors/tensor-data.js';
import { trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';

/**
 * Parameters of openai/CLIP's visual towers, of ResNets without the pool's positional embedding and the bias of its keys; of torchvision's
 * ResNets without their classifiers; of timm 1.0.29's models for the other families, without a bias after the projection, and with the
 * position of the class token where timm adds it to the token.
 */
const published = {
  'clip-rn50': 38_316_896 - 50 * 2048 - 2048,
  'clip-rn101': 56_259_936 - 50 * 2048 - 2048,
  'clip-vit-b-32': 87_849_216,
  'clip-vit-b-16': 86_192_640,
  'clip-vit-l-14': 303_966_208,
  resnet50: 25_557_032 - 2_049_000,
  resnet101: 44_549_160 - 2_049_000,
  resnet152: 60_192_808 - 2_049_000,
  'dinov2-s14': 22_056_192,
  'dinov2-b14': 86_579_712,
  'dinov2-l14': 304_367_616,
  'dinov2-s14-reg': 22_057_344 + 384,
  'dinov2-b14-reg': 86_582_016 + 768,
  'dinov2-l14-reg': 304_370_688 + 1024,
  'dinov3-s16': 21_596_160,
  'dinov3-s16plus': 28_692_480,
  'dinov3-b16': 85_659_648,
  'dinov3-l16': 303_128_576,
  'siglip2-b16-224': 92_884_224,
  'siglip2-b16-256': 92_930_304,
  'siglip2-b16-384': 93_176_064,
  'siglip2-b16-512': 93_520_128,
  'siglip2-l16-256': 315_956_224,
  'siglip2-so400m-16-384': 428_256_704,
  'siglip2-so400m-16-512': 428_772_800,
  'pe-core-t16-384': 6_141_056 - 512,
  'pe-core-s16-384': 23_783_168 - 512,
  'pe-core-b16-224': 93_673_984 - 1024,
  'pe-core-l14-336': 317_152_256 - 1024,
};

describe('published sizes', () => {
  for (const [name, expected] of Object.entries(published)) {
    test(`${name} has the parameters of its original`, () => {
      const graph = new Graph();
      const parameters = new Parameters(graph, 'inputs');
      const backbone = findBackbone(name);
      const pixels = graph.input('pixels', 'float32', ['batch', 3, 'height', 'width']);
      const embedding = backbone.embed({ graph, parameters, normalization: 'running' }, pixels);
      expect(embedding.shape).toEqual(['batch', backbone.embedding]);
      expect(trainedSpecs(parameters).reduce((total, { shape }) => total + elementCount(shape), 0)).toBe(expected);
    });
  }
});

describe('weight decay', () => {
  test.each(backboneNames())('of %s is for matrices and convolutions: not for normalisations, biases and embeddings', (name) => {
    const graph = new Graph();
    const parameters = new Parameters(graph, 'inputs');
    findBackbone(name).embed({ graph, parameters, normalization: 'running' }, graph.input('pixels', 'float32', [1, 3, 224, 224]));
    const decays = (isDecayed: boolean): string[] =>
      trainedSpecs(parameters).flatMap((spec) => (spec.weightDecay === isDecayed ? [spec.name] : []));
    for (const decayed of decays(true))
      expect(decayed).toMatch(/(conv\d|downsample\.0|_proj|c_fc|c_gate)\.weight$|in_proj_weight$|\.proj$/);
    for (const kept of decays(false))
      expect(kept).toMatch(/\.bias$|_bias$|(bn\d|downsample\.1|ln_\w+|layernorm)\.weight$|_embedding$|\.probe$|\.gamma$/);
    expect(decays(true).length).toBeGreaterThan(10);
  });
});
