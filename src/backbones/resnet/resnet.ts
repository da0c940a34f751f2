/** The ResNets that were trained on ImageNet (He et al. 2016, arXiv 1512.03385), as data. */
import type { Backbone } from '../backbone.js';
import { imageNetPixels } from '../pixel-statistics.js';
import { type Preset, wholeEncoderValues } from '../preset.js';
import { type ResidualNetworkOptions, residualEmbedding, residualNetwork } from './residual-network.js';
import { resNetReader } from './resnet-reader.js';

const preset: Preset = { family: 'resnet*', values: wholeEncoderValues };

function resNet(depth: number, millions: string, blocks: ResidualNetworkOptions['blocks']): Backbone {
  const options: ResidualNetworkOptions = { width: 64, blocks };
  return {
    name: `resnet${depth}`,
    description: `ResNet-${depth}, trained to classify ImageNet (${millions} M parameters)`,
    pretrained: 'required',
    preset,
    trainNormalization: 'running',
    batchNormalization: true,
    parts: {
      stem: /^visual\.(conv|bn)1\./,
      ...Object.fromEntries([1, 2, 3, 4].map((stage) => [`layer${stage}`, new RegExp(`^visual\\.layer${stage}\\.`)])),
    },
    embedding: residualEmbedding(options),
    ...imageNetPixels,
    trainedSide: 224,
    // five halvings leave one position
    minimumSide: 32,
    sideMultiple: 1,
    reader: resNetReader,
    published: {
      origin: 'https://github.com/huggingface/pytorch-image-models',
      licence: { name: 'Apache-2.0', bindsDerivatives: false },
      // no commit and no SHA-256 could be verified: the hub states both when it is asked
      hub: { repository: `timm/resnet${depth}.a1_in1k`, revision: 'main', name: 'model.safetensors' },
    },
    wordlessPrompts: 'seeded',
    memoryOverhead: { batch: 1.7, running: 1.2 },
    embed: (context, pixels) => residualNetwork(context, pixels, options),
  };
}

export const resNetBackbones: readonly Backbone[] = [
  resNet(50, '23.5', [3, 4, 6, 3]),
  resNet(101, '42.5', [3, 4, 23, 3]),
  resNet(152, '58.1', [3, 8, 36, 3]),
];
