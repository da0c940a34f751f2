import { describe, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { dinoV2Options } from '#antonym/backbones/dinov2/dinov2.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { transformerArchitecture } from '#antonym/backbones/transformer-architecture.js';
import { expectSameEmbeddings, expectSameGradients } from '../golden/family-check.js';

/** The instances of golden/dinov2.py. */
const reduced = (registers: 0 | 4): Backbone => ({
  ...findBackbone(registers > 0 ? 'dinov2-s14-reg' : 'dinov2-s14'),
  ...transformerArchitecture(dinoV2Options(registers, { width: 16, layers: 2, heads: 2 }, 56)),
});

describe.each([
  ['without registers', 0, 'dinov2'],
  ['with registers', 4, 'dinov2-registers'],
] as const)('DINOv2 %s against its reference implementations', (_, registers, name) => {
  test.each([
    `${name}-authors.pth`,
    `${name}-timm.safetensors`,
    `${name}-hugging-face.safetensors`,
  ])('embeds images alike: %s', async (file) => {
    await expectSameEmbeddings(reduced(registers), file);
  });

  test('gives the mean over all tokens, which AGM takes of it', async () => {
    const { embedTokenMean, ...rest } = reduced(registers);
    await expectSameEmbeddings({ ...rest, embed: embedTokenMean! }, `token-mean-${name}.safetensors`);
  });

  test('has the gradient of every parameter, at a size of which positions are interpolated', async () => {
    await expectSameGradients(reduced(registers), `${name}-authors.pth`, 70);
  });
});
