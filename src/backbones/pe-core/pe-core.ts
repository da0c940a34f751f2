/** Perception Encoder's core models (Bolya et al. 2025, arXiv 2504.13181), as data. */
import type { Backbone, TextEncoder } from '../backbone.js';
import { symmetricPixels } from '../pixel-statistics.js';
import { largeTransformerValues, type Preset, transformerValues } from '../preset.js';
import { transformerArchitecture } from '../transformer-architecture.js';
import type { VisionTransformerOptions } from '../vision-transformer.js';
import { peCoreReader } from './pe-core-reader.js';

interface Sizes extends Pick<VisionTransformerOptions, 'width' | 'layers' | 'heads' | 'patch'> {
  readonly side: number;
  readonly embedding: number;
}

/** Heads of the pool, whatever the size. */
const poolHeads = 8;

export function peCoreOptions({ side, embedding, ...sizes }: Sizes): VisionTransformerOptions {
  return {
    ...sizes,
    normalizesFirst: true,
    positions: { side, interpolation: 'bilinear' },
    rotary: { coordinates: 'grid', pairs: 'neighbors' },
    activation: 'gelu',
    poolHeads,
    projection: embedding,
  };
}

const text = { tower: 'clip', activation: 'gelu', vocabulary: 49_408, context: 32 } as const;
const smallText: TextEncoder = { ...text, width: 512, layers: 12, heads: 8 };
const largeText: TextEncoder = { ...text, width: 1024, layers: 24, heads: 16 };

function peCore(name: string, model: string, millions: string, sizes: Sizes, textEncoder: TextEncoder): Backbone {
  const { side, patch } = sizes;
  const preset: Preset = {
    family: `pe-core-${name}`,
    values: {
      ...(name.startsWith('l') ? largeTransformerValues : transformerValues),
      crop: { value: side, reason: 'the size that the weights were trained on' },
    },
  };
  return {
    ...transformerArchitecture(peCoreOptions(sizes)),
    name: `pe-core-${name}`,
    description: `Perception Encoder's image encoder ${model} for ${side} x ${side} pixels (${millions} M parameters)`,
    pretrained: 'required',
    preset,
    ...symmetricPixels,
    trainedSide: side,
    // what remains beside whole patches is not seen
    sideMultiple: 1,
    reader: peCoreReader,
    textEncoder,
    published: {
      origin: 'https://github.com/facebookresearch/perception_models',
      licence: { name: 'Apache-2.0', bindsDerivatives: false },
      // no commit and no SHA-256 could be verified: the hub states both when it is asked
      hub: { repository: `facebook/PE-Core-${model}-${side}`, revision: 'main', name: `PE-Core-${model}-${side}.pt` },
    },
    minimumSide: patch,
  };
}

export const peCoreBackbones: readonly Backbone[] = [
  peCore('t16-384', 'T16', '6', { width: 192, layers: 12, heads: 3, patch: 16, side: 384, embedding: 512 }, smallText),
  peCore('s16-384', 'S16', '24', { width: 384, layers: 12, heads: 6, patch: 16, side: 384, embedding: 512 }, smallText),
  peCore('b16-224', 'B16', '94', { width: 768, layers: 12, heads: 12, patch: 16, side: 224, embedding: 1024 }, largeText),
  peCore('l14-336', 'L14', '317', { width: 1024, layers: 24, heads: 16, patch: 14, side: 336, embedding: 1024 }, largeText),
];
