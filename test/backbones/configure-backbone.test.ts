import { describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { type BackboneOptions, configureBackbone } from '#antonym/backbones/configure-backbone.js';
import type { ParameterSpec } from '#antonym/backbones/parameters.js';
import { backboneNames, findBackbone } from '#antonym/backbones/registry.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { buildLossGraph, trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { initialTensors } from '#antonym/train/graphs/state.js';
import { headOf } from '../heads/head-of.js';
import { compileGradients } from '../train/engines/compile-gradients.js';
import { distance, numbers, statedPixels } from './golden/golden-step.js';

const usual: BackboneOptions = { freeze: 'none', batchNorm: 'frozen', positionalEmbedding: 'drop' };
const configure = (name: string, options: Partial<BackboneOptions>): Backbone =>
  configureBackbone(findBackbone(name), { ...usual, ...options });

const side = 64;
const losses = (backbone: Backbone) =>
  buildLossGraph({ backbone, head: headOf(seededPrompts(1, 2, backbone.embedding)) }, { photographs: 1, levels: 2 }, side, {
    marginConsistency: 0.0025,
    marginRank: 0.0675,
  });
const trained = (backbone: Backbone): ParameterSpec[] => trainedSpecs(losses(backbone).parameters);

describe('every backbone', () => {
  test.each(
    backboneNames(),
  )('%s: each parameter is of one part; matrices and convolutions decay, normalisations, biases, embeddings and queries do not', (name) => {
    const backbone = configure(name, {});
    for (const spec of trained(backbone)) {
      const parts = Object.entries(backbone.parts).filter(([, part]) => part.test(spec.name));
      expect(parts.length, spec.name).toBe(1);
      expect(spec.weightDecay, spec.name).toBe(spec.shape.length > 1 && !/(embedding|probe)$/.test(spec.name));
    }
    const [first] = Object.keys(backbone.parts);
    expect(trained(configure(name, { freeze: first! })).length).toBeLessThan(trained(backbone).length);
  });
});

describe('freezing', () => {
  async function step(backbone: Backbone): Promise<Record<string, TensorData>> {
    const graph = losses(backbone);
    const run = await compileGradients(graph);
    return run({
      ...initialTensors(graph.parameters.specs.values(), 1),
      crops: statedPixels('crops', 6, side, side),
    });
  }

  test('leaves the named parts out of the step and changes nothing for the others', async () => {
    const whole = await step(configure('clip-tiny', {}));
    const part = await step(configure('clip-tiny', { freeze: 'stem, layer2' }));
    const left = Object.keys(whole).filter((name) => !part[name]);
    expect(left.length).toBeGreaterThan(9);
    for (const name of left) expect(name).toMatch(/^next\.gradient\.visual\.((conv|bn)\d\.|layer2\.)/);
    expect(Object.keys(part).filter((name) => /gradient\.visual\.((conv|bn)\d\.|layer2\.)/.test(name))).toEqual([]);
    for (const [name, tensor] of Object.entries(part)) {
      if (numbers(tensor).some((value) => value !== 0)) expect(distance(numbers(tensor), numbers(whole[name])), name).toBeLessThan(1e-5);
    }
  });

  test('leaves the statistics of the named parts as they are, too, and normalises by them', () => {
    const all = 'stem,layer1,layer2,layer3,layer4';
    const graph = (batchNorm: 'train' | 'frozen', freeze: string) => losses(configure('clip-tiny', { batchNorm, freeze })).graph;
    expect(encodeOnnx(graph('train', all))).toEqual(encodeOnnx(graph('frozen', all)));
    const updated = [...graph('train', 'stem, layer2').outputs.keys()].filter((name) => name.startsWith('next.'));
    expect(updated.length).toBeGreaterThan(10);
    for (const name of updated) expect(name).toMatch(/^next\.visual\.layer[134]\..*\.running_(mean|var)$/);
  });

  test.each([
    ['clip-tiny', 'layer9', /clip-tiny has no part "layer9", only stem, layer1, layer2, layer3, layer4, attnpool/],
    ['clip-vit-b-32', 'steam', /no part "steam".*Did you mean "stem"/],
    ['clip-rn50', 'stem,layer1,layer2,layer3,layer4,attnpool', /leaves nothing of clip-rn50 to train/],
  ])('of %s refuses %s', (name, freeze, message) => {
    expect(() => configure(name, { freeze })).toThrow(message);
  });
});

test('batch normalisation is trained with the statistics of the batch, which move the running ones, or is frozen', () => {
  const moved = (backbone: Backbone): string[] => [...losses(backbone).graph.outputs.keys()].filter((name) => name.startsWith('next.'));
  for (const name of ['clip-tiny', 'clip-rn50']) {
    expect(moved(configure(name, { batchNorm: 'train' })).length).toBeGreaterThan(10);
    expect(moved(configure(name, { batchNorm: 'frozen' }))).toEqual([]);
  }
  expect(() => configure('clip-vit-b-16', { batchNorm: 'train' })).toThrow(/has no batch normalization/);
});

test('the positional embedding of the attention pool is kept on request, where there is one to keep', () => {
  const name = 'visual.attnpool.positional_embedding';
  const shapes = (backbone: Backbone) => new Map(trained(backbone).map((spec) => [spec.name, spec.shape]));
  expect(shapes(configure('clip-rn50', {})).has(name)).toBe(false);
  expect(shapes(configure('clip-rn50', { positionalEmbedding: 'keep' })).get(name)).toEqual([50, 2048]);
  expect(() => configure('clip-tiny', { positionalEmbedding: 'keep' })).toThrow(/never trained with one/);
  expect(() => configure('clip-vit-l-14', { positionalEmbedding: 'keep' })).toThrow(/always has its own/);
  expect(shapes(configure('clip-vit-b-32', {})).get('visual.positional_embedding')).toEqual([50, 768]);
  const without = configure('clip-vit-b-32', { positionalEmbedding: 'none' });
  expect(shapes(without).has('visual.positional_embedding')).toBe(false);
  expect(without.reader.unused!.test('visual.positional_embedding')).toBe(true);
  expect(() => configure('clip-rn50', { positionalEmbedding: 'none' })).toThrow(/none is for vision transformers of CLIP/);
});
