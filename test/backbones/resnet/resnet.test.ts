import { describe, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { residualNetwork } from '#antonym/backbones/resnet/residual-network.js';
import { expectSameEmbeddings, expectSameGradients } from '../golden/family-check.js';

/** The instance of golden/resnet.py. */
const reduced: Backbone = {
  ...findBackbone('resnet50'),
  embedding: 64,
  embed: (context, pixels) => residualNetwork(context, pixels, { width: 2, blocks: [1, 1, 1, 3] }),
};

describe('ResNet against its reference implementations', () => {
  test.each(['resnet-timm', 'resnet-hugging-face'])('embeds images of even and odd sizes alike: %s', async (layout) => {
    await expectSameEmbeddings(reduced, `${layout}.safetensors`);
  });

  test('has the gradient of every parameter', async () => {
    await expectSameGradients(reduced, 'resnet-timm.safetensors', 48);
  });
});
