/** The backbones of CLIP (Radford et al. 2021, arXiv 2103.00020), as data. */
import type { Backbone } from '../backbone.js';
import { type Preset, pretrainedValues } from '../preset.js';
import type { PublishedWeights } from '../published-weights.js';
import { transformerArchitecture } from '../transformer-architecture.js';
import { clipReader } from './clip-reader.js';
import { type ClipResNetOptions, clipResNet } from './clip-resnet.js';
import { type ClipVisionTransformerOptions, clipVisionOptions, clipVisionTransformer } from './clip-vision-transformer.js';
import { publishedClip } from './published-clip.js';

/** Facts that all of them share; the statistics are those of openai/CLIP, clip.py. */
const family = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  standardDeviation: [0.26862954, 0.26130258, 0.27577711],
  // what remains beside whole patches, or is halved away, is not seen
  sideMultiple: 1,
  reader: clipReader,
  wordlessPrompts: 'seeded',
} as const;

type Architecture = Omit<Backbone, 'name' | 'description' | 'pretrained' | 'preset' | 'trainedSide' | 'published' | 'textEncoder'>;

function resNet(options: ClipResNetOptions, trainNormalization: 'batch' | 'running'): Architecture {
  return {
    ...family,
    embedding: options.embedding,
    // five halvings leave one position
    minimumSide: 32,
    trainNormalization,
    batchNormalization: true,
    parts: {
      stem: /^visual\.(conv|bn)\d\./,
      ...Object.fromEntries([1, 2, 3, 4].map((stage) => [`layer${stage}`, new RegExp(`^visual\\.layer${stage}\\.`)])),
      attnpool: /^visual\.attnpool\./,
    },
    // 1.6 for clip-tiny (192 crops of 64 pixels); 1.17 and 1.15 for clip-rn50 with frozen statistics (10 and 40 crops of 224)
    memoryOverhead: { batch: 1.7, running: 1.2 },
    embed: (context, pixels) => clipResNet(context, pixels, options),
  };
}

/** A ResNet with published weights, whose attention pool has a positional embedding. */
function publishedResNet(options: ClipResNetOptions): Architecture {
  return {
    ...resNet(options, 'running'),
    positions: 'bicubic',
    embedWithPositions: (context, pixels) => clipResNet(context, pixels, { ...options, positionsFor: clipSide }),
  };
}

function transformer(options: ClipVisionTransformerOptions): Architecture {
  return {
    ...family,
    ...transformerArchitecture(clipVisionOptions(options)),
    embedWithoutPositions: {
      embed: (context, pixels) => clipVisionTransformer(context, pixels, { ...options, hasPositions: false }),
      unused: /^visual\.positional_embedding$/,
    },
  };
}

const clipSide = 224;
const text = { tower: 'clip', layers: 12, activation: 'quick-gelu', vocabulary: 49_408, context: 77 } as const;

function clip(published: PublishedWeights, preset: Preset) {
  return { pretrained: 'required', trainedSide: clipSide, published, preset, textEncoder: { ...text, width: 512, heads: 8 } } as const;
}

const forResNets: Preset = { family: 'clip-rn*', values: pretrainedValues };
const forBase: Preset = {
  family: 'clip-vit-b-*',
  values: { ...pretrainedValues, batchNorm: { value: 'frozen', reason: 'transformers have none' } },
};
const forLarge: Preset = {
  family: 'clip-vit-l-*',
  values: {
    ...pretrainedValues,
    batchSize: { value: 1, reason: '24 layers of 257 tokens: one photograph takes as much memory as several do elsewhere' },
    accumulate: { value: 4, reason: 'four photographs an update, as for the smaller ones' },
  },
};

const base = { width: 768, layers: 12, heads: 12, activation: 'quick-gelu', side: clipSide, embedding: 512 } as const;
const large = { width: 1024, layers: 24, heads: 16, activation: 'quick-gelu', side: clipSide, embedding: 768 } as const;

export const clipBackbones: readonly Backbone[] = [
  {
    name: 'clip-tiny',
    description: "a small instance of CLIP's ModifiedResNet with seeded initialization: no pretrained weights",
    pretrained: 'none',
    ...resNet({ width: 16, blocks: [1, 1, 1, 1], heads: 8, embedding: 128 }, 'batch'),
  },
  {
    name: 'clip-rn50',
    description: "CLIP's RN50 image encoder (38.3 M parameters)",
    ...clip(publishedClip.rn50, forResNets),
    ...publishedResNet({ width: 64, blocks: [3, 4, 6, 3], heads: 32, embedding: 1024 }),
  },
  {
    name: 'clip-rn101',
    description: "CLIP's RN101 image encoder (56.3 M parameters)",
    ...clip(publishedClip.rn101, forResNets),
    ...publishedResNet({ width: 64, blocks: [3, 4, 23, 3], heads: 32, embedding: 512 }),
  },
  {
    name: 'clip-vit-b-32',
    description: "CLIP's ViT-B/32 image encoder (87.8 M parameters)",
    ...clip(publishedClip.vitB32, forBase),
    ...transformer({ ...base, patch: 32 }),
  },
  {
    name: 'clip-vit-b-16',
    description: "CLIP's ViT-B/16 image encoder (86.2 M parameters)",
    ...clip(publishedClip.vitB16, forBase),
    ...transformer({ ...base, patch: 16 }),
  },
  {
    name: 'clip-vit-l-14',
    description: "CLIP's ViT-L/14 image encoder (304.0 M parameters)",
    ...clip(publishedClip.vitL14, forLarge),
    ...transformer({ ...large, patch: 14 }),
    textEncoder: { ...text, width: 768, heads: 12 },
  },
];
