/** DINOv2 (Oquab et al. 2024, arXiv 2304.07193) with and without registers (Darcet et al. 2024, arXiv 2309.16588), as data. */
import type { Backbone } from '../backbone.js';
import { imageNetPixels } from '../pixel-statistics.js';
import { largeTransformerValues, type Preset, type PresetValues, transformerValues } from '../preset.js';
import { transformerArchitecture } from '../transformer-architecture.js';
import type { VisionTransformerOptions } from '../vision-transformer.js';
import { dinoV2Reader } from './dinov2-reader.js';

const patch = 14;
const trainedSide = 518;

interface Size {
  readonly letter: 's' | 'b' | 'l';
  /** As Hugging Face names it. */
  readonly name: string;
  readonly millions: string;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
}

const sizes: readonly Size[] = [
  { letter: 's', name: 'small', millions: '22.1', width: 384, layers: 12, heads: 6 },
  { letter: 'b', name: 'base', millions: '86.6', width: 768, layers: 12, heads: 12 },
  { letter: 'l', name: 'large', millions: '304.4', width: 1024, layers: 24, heads: 16 },
];

/** Options that all sizes share; the authors interpolate the positions of models with registers otherwise than those without. */
export function dinoV2Options(
  registers: number,
  size: Pick<VisionTransformerOptions, 'width' | 'layers' | 'heads'>,
  side = trainedSide,
): VisionTransformerOptions {
  return {
    ...size,
    patch,
    patchBias: true,
    registers,
    positions: { side, interpolation: registers > 0 ? 'bicubic-smoothing' : 'bicubic-offset' },
    activation: 'gelu',
    epsilon: 1e-6,
    layerScale: true,
  };
}

function presetOf({ letter }: Size): Preset {
  const values: PresetValues = {
    ...(letter === 'l' ? largeTransformerValues : transformerValues),
    crop: { value: 224, reason: '16 x 16 patches, with which most of its training was done; positions of 37 x 37 are interpolated' },
  };
  return { family: letter === 'l' ? 'dinov2-l*' : 'dinov2-s*, dinov2-b*', values };
}

function dinoV2(size: Size, registers: 0 | 4): Backbone {
  const { letter, name, millions, width, layers, heads } = size;
  return {
    ...transformerArchitecture(dinoV2Options(registers, { width, layers, heads })),
    name: `dinov2-${letter}14${registers > 0 ? '-reg' : ''}`,
    description: `DINOv2's ViT-${letter.toUpperCase()}/14${registers > 0 ? ' with registers' : ''} (${millions} M parameters)`,
    pretrained: 'required',
    preset: presetOf(size),
    ...imageNetPixels,
    trainedSide,
    sideMultiple: patch,
    reader: dinoV2Reader,
    published: {
      origin: 'https://github.com/facebookresearch/dinov2',
      licence: { name: 'Apache-2.0', bindsDerivatives: false },
      // no commit and no SHA-256 could be verified: the hub states both when it is asked
      hub: { repository: `facebook/dinov2-${registers > 0 ? 'with-registers-' : ''}${name}`, revision: 'main', name: 'model.safetensors' },
    },
  };
}

export const dinoV2Backbones: readonly Backbone[] = sizes.flatMap((size) => [dinoV2(size, 0), dinoV2(size, 4)]);
