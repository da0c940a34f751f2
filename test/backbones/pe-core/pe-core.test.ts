import { describe, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { peCoreOptions } from '#antonym/backbones/pe-core/pe-core.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { transformerArchitecture } from '#antonym/backbones/transformer-architecture.js';
import { expectSameEmbeddings, expectSameGradients } from '../golden/family-check.js';

/** The instances of golden/pe_core.py. */
const reduced: Backbone = {
  ...findBackbone('pe-core-b16-224'),
  ...transformerArchitecture(peCoreOptions({ width: 16, layers: 2, heads: 2, patch: 16, side: 64, embedding: 12 })),
};

describe('Perception Encoder against its reference implementations', () => {
  test.each([
    'pe-core-authors.pt',
    'pe-core-timm.safetensors',
    'pe-core-open-clip.safetensors',
  ])('embeds images alike: %s', async (file) => {
    await expectSameEmbeddings(reduced, file);
  });

  test('has the gradient of every parameter, at a size of which positions are interpolated', async () => {
    await expectSameGradients(reduced, 'pe-core-authors.pt', 80);
  });
});
