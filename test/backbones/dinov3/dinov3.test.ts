import { describe, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { dinoV3Options } from '#antonym/backbones/dinov3/dinov3.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { transformerArchitecture } from '#antonym/backbones/transformer-architecture.js';
import { expectSameEmbeddings, expectSameGradients } from '../golden/family-check.js';

/** The instances of golden/dinov3.py. */
const sizes = { width: 16, layers: 2, heads: 2 } as const;
const plain: Backbone = { ...findBackbone('dinov3-s16'), ...transformerArchitecture(dinoV3Options(sizes)) };
const gated: Backbone = {
  ...findBackbone('dinov3-s16plus'),
  ...transformerArchitecture(dinoV3Options({ ...sizes, hidden: 32, activation: 'swiglu' })),
};

describe('DINOv3 against its reference implementations', () => {
  test.each([
    ['dinov3-hugging-face.safetensors', plain],
    ['dinov3-timm.safetensors', plain],
    ['dinov3-timm-biased.safetensors', gated],
    ['dinov3-authors.pth', gated],
  ] as const)('embeds images of several sizes alike: %s', async (file, backbone) => {
    await expectSameEmbeddings(backbone, file);
  });

  test('has the gradient of every parameter', async () => {
    await expectSameGradients(gated, 'dinov3-authors.pth', 80);
  });
});
