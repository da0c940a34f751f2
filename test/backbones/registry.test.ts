import { describe, expect, test } from 'vitest';
import { Parameters } from '#antonym/backbones/parameters.js';
import { backboneNames, findBackbone } from '#antonym/backbones/registry.js';
import { Graph } from '#antonym/graph/graph.js';
import { elementCount } from '#antonym/tensors/tensor-data.js';
import { trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';

/**
 * Parameters of openai/CLIP's visual towers, of ResNets without the pool's positional embedding and the bias of its keys; of torchvision's
 * ResNets without their classifiers.
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
    for (const decayed of decays(true)) expect(decayed).toMatch(/(conv\d|downsample\.0|_proj|c_fc)\.weight$|in_proj_weight$|\.proj$/);
    for (const kept of decays(false)) expect(kept).toMatch(/\.bias$|_bias$|(bn\d|downsample\.1|ln_\w+)\.weight$|_embedding$/);
    expect(decays(true).length).toBeGreaterThan(10);
  });
});
