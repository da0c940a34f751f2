/** SigLIP 2 at fixed resolutions (Tschannen et al. 2025, arXiv 2502.14786), as data. */
import type { Backbone, TextEncoder } from '../backbone.js';
import { symmetricPixels } from '../pixel-statistics.js';
import { largeTransformerValues, type Preset, transformerValues } from '../preset.js';
import { transformerArchitecture } from '../transformer-architecture.js';
import type { VisionTransformerOptions } from '../vision-transformer.js';
import { sigLip2Reader } from './siglip2-reader.js';

type Sizes = Pick<VisionTransformerOptions, 'width' | 'layers' | 'heads' | 'hidden'>;

const patch = 16;

/** @param side of the images that it was trained on, pixels */
export function sigLip2Options(sizes: Sizes, side: number): VisionTransformerOptions {
  return {
    ...sizes,
    patch,
    patchBias: true,
    classToken: false,
    positions: { side, interpolation: 'bicubic' },
    activation: 'gelu-tanh',
    epsilon: 1e-6,
    poolHeads: sizes.heads,
  };
}

const text = { tower: 'siglip', activation: 'gelu-tanh', epsilon: 1e-6, vocabulary: 256_000, context: 64 } as const;

const base: Sizes = { width: 768, layers: 12, heads: 12 };
const large: Sizes = { width: 1024, layers: 24, heads: 16 };
const shapeOptimized: Sizes = { width: 1152, layers: 27, heads: 16, hidden: 4304 };

function sigLip2(name: string, model: string, millions: string, sizes: Sizes, side: number): Backbone {
  const takesMemory = sizes !== base || side > 256;
  const preset: Preset = {
    family: name,
    values: {
      ...(takesMemory ? largeTransformerValues : transformerValues),
      crop: { value: side, reason: 'the size that the weights were trained on' },
    },
  };
  return {
    ...transformerArchitecture(sigLip2Options(sizes, side)),
    name: `siglip2-${name}`,
    description: `SigLIP 2's image encoder ${model} for ${side} x ${side} pixels (${millions} M parameters)`,
    pretrained: 'required',
    preset: { ...preset, family: `siglip2-${name}` },
    ...symmetricPixels,
    trainedSide: side,
    // what remains beside whole patches is not seen
    sideMultiple: 1,
    reader: sigLip2Reader,
    textEncoder: { ...text, ...sizes } satisfies TextEncoder,
    published: {
      origin: 'https://github.com/google-research/big_vision',
      licence: { name: 'Apache-2.0', bindsDerivatives: false },
      // no commit and no SHA-256 could be verified: the hub states both when it is asked
      hub: { repository: `google/siglip2-${hubNames[model]}-patch16-${side}`, revision: 'main', name: 'model.safetensors' },
      beside: ['tokenizer.json'],
    },
  };
}

const hubNames: Readonly<Record<string, string>> = { 'B/16': 'base', 'L/16': 'large', 'So400m/16': 'so400m' };

export const sigLip2Backbones: readonly Backbone[] = [
  ...[224, 256, 384, 512].map((side) => sigLip2(`b16-${side}`, 'B/16', '93', base, side)),
  sigLip2('l16-256', 'L/16', '316', large, 256),
  ...[384, 512].map((side) => sigLip2(`so400m-16-${side}`, 'So400m/16', '428', shapeOptimized, side)),
];
