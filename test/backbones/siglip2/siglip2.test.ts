import { describe, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { sigLip2Options } from '#antonym/backbones/siglip2/siglip2.js';
import { transformerArchitecture } from '#antonym/backbones/transformer-architecture.js';
import { expectSameEmbeddings, expectSameGradients } from '../golden/family-check.js';

/** The instances of golden/siglip2.py. */
const reduced: Backbone = {
  ...findBackbone('siglip2-b16-224'),
  ...transformerArchitecture(sigLip2Options({ width: 16, layers: 2, heads: 2, hidden: 40 }, 64)),
};

describe('SigLIP 2 against its reference implementations', () => {
  test.each(['siglip2-hugging-face', 'siglip2-timm', 'siglip2-open-clip'])('embeds images alike: %s', async (layout) => {
    await expectSameEmbeddings(reduced, `${layout}.safetensors`);
  });

  test('has the gradient of every parameter, at a size of which positions are interpolated', async () => {
    await expectSameGradients(reduced, 'siglip2-hugging-face.safetensors', 80);
  });
});
