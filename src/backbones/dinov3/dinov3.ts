/** DINOv3 (Siméoni et al. 2025, arXiv 2508.10104), as data. */
import type { Backbone } from '../backbone.js';
import { imageNetPixels } from '../pixel-statistics.js';
import { largeTransformerValues, type Preset, type PresetValues, transformerValues } from '../preset.js';
import { transformerArchitecture } from '../transformer-architecture.js';
import type { Activation } from '../transformer-options.js';
import type { VisionTransformerOptions } from '../vision-transformer.js';
import { dinoV3Reader } from './dinov3-reader.js';

interface Sizes {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly hidden?: number;
  readonly activation?: Activation;
}

export function dinoV3Options({ activation = 'gelu', ...sizes }: Sizes): VisionTransformerOptions {
  return {
    ...sizes,
    activation,
    patch: 16,
    patchBias: true,
    registers: 4,
    rotary: { coordinates: 'unit', pairs: 'halves' },
    layerScale: true,
    keyBias: false,
  };
}

function dinoV3(size: string, model: string, millions: string, sizes: Sizes): Backbone {
  const isLarge = size === 'l16';
  const values: PresetValues = {
    ...(isLarge ? largeTransformerValues : transformerValues),
    crop: { value: 224, reason: '14 x 14 patches; positions are told by rotation, which fits any size' },
  };
  const preset: Preset = { family: isLarge ? 'dinov3-l*' : 'dinov3-s*, dinov3-b*', values };
  return {
    ...transformerArchitecture(dinoV3Options(sizes)),
    name: `dinov3-${size}`,
    description: `DINOv3's ${model} (${millions} M parameters)`,
    pretrained: 'required',
    preset,
    ...imageNetPixels,
    trainedSide: 256,
    // what remains beside whole patches is not seen
    sideMultiple: 1,
    reader: dinoV3Reader,
    published: {
      origin: 'https://github.com/facebookresearch/dinov3',
      licence: {
        name: 'DINOv3 License',
        address: 'https://ai.meta.com/resources/models-and-libraries/dinov3-license/',
        bindsDerivatives: true,
      },
      hub: { repository: `facebook/dinov3-vit${size}-pretrain-lvd1689m`, revision: 'main', name: 'model.safetensors' },
    },
  };
}

export const dinoV3Backbones: readonly Backbone[] = [
  dinoV3('s16', 'ViT-S/16', '21.6', { width: 384, layers: 12, heads: 6 }),
  dinoV3('s16plus', 'ViT-S+/16', '28.7', { width: 384, layers: 12, heads: 6, hidden: 1536, activation: 'swiglu' }),
  dinoV3('b16', 'ViT-B/16', '85.7', { width: 768, layers: 12, heads: 12 }),
  dinoV3('l16', 'ViT-L/16', '303.1', { width: 1024, layers: 24, heads: 16 }),
];
