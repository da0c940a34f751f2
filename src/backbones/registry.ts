/** The backbones by name, as data. */
import { UserError } from '../support/errors.js';
import { suggestName } from '../support/nearest-name.js';
import type { Backbone, PublishedWeights } from './backbone.js';
import { type ClipResNetOptions, clipResNet } from './clip-resnet.js';
import { publishedClip } from './published-clip.js';
import { type VisionTransformerOptions, visionTransformer } from './vision-transformer.js';

/** Of the pixels that CLIP was trained on (openai/CLIP, clip.py). */
const clipStatistics = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  standardDeviation: [0.26862954, 0.26130258, 0.27577711],
} as const;

type Architecture = Omit<Backbone, 'name' | 'description' | 'pretrained' | 'trainedSide' | 'published' | 'textEncoder'>;

function resNet(options: ClipResNetOptions, trainNormalization: 'batch' | 'running'): Architecture {
  return {
    ...clipStatistics,
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
    embed: (context, pixels) => clipResNet(context, pixels, options),
  };
}

/** A ResNet with published weights, whose attention pool has a positional embedding. */
function publishedResNet(options: ClipResNetOptions): Architecture {
  return {
    ...resNet(options, 'running'),
    embedWithPositions: (context, pixels) => clipResNet(context, pixels, { ...options, positionsFor: clipSide }),
  };
}

function transformer(options: VisionTransformerOptions): Architecture {
  const block = (index: number) => [`layer${index + 1}`, new RegExp(`^visual\\.transformer\\.resblocks\\.${index}\\.`)] as const;
  return {
    ...clipStatistics,
    embedding: options.embedding,
    minimumSide: options.patch,
    trainNormalization: 'running',
    batchNormalization: false,
    parts: {
      stem: /^visual\.(conv1|class_embedding|positional_embedding|ln_pre)\b/,
      ...Object.fromEntries(Array.from({ length: options.layers }, (_, index) => block(index))),
      head: /^visual\.(ln_post|proj)\b/,
    },
    embed: (context, pixels) => visionTransformer(context, pixels, options),
  };
}

function clip(published: PublishedWeights): Pick<Backbone, 'pretrained' | 'trainedSide' | 'published' | 'textEncoder'> {
  return { pretrained: 'required', trainedSide: clipSide, published, textEncoder: { ...text, width: 512, heads: 8 } };
}

const clipSide = 224;
const text = { layers: 12, activation: 'quick-gelu', vocabulary: 49_408, context: 77 } as const;
const base = { width: 768, layers: 12, heads: 12, activation: 'quick-gelu', side: clipSide, embedding: 512 } as const;
const large = { width: 1024, layers: 24, heads: 16, activation: 'quick-gelu', side: clipSide, embedding: 768 } as const;

const backbones: readonly Backbone[] = [
  {
    name: 'clip-tiny',
    description: "a small instance of CLIP's ModifiedResNet with seeded initialisation: no pretrained weights",
    pretrained: 'none',
    ...resNet({ width: 16, blocks: [1, 1, 1, 1], heads: 8, embedding: 128 }, 'batch'),
  },
  {
    name: 'clip-rn50',
    description: "CLIP's RN50 image encoder (38.3 M parameters)",
    ...clip(publishedClip.rn50),
    ...publishedResNet({ width: 64, blocks: [3, 4, 6, 3], heads: 32, embedding: 1024 }),
  },
  {
    name: 'clip-rn101',
    description: "CLIP's RN101 image encoder (56.3 M parameters)",
    ...clip(publishedClip.rn101),
    ...publishedResNet({ width: 64, blocks: [3, 4, 23, 3], heads: 32, embedding: 512 }),
  },
  {
    name: 'clip-vit-b-32',
    description: "CLIP's ViT-B/32 image encoder (87.8 M parameters)",
    ...clip(publishedClip.vitB32),
    ...transformer({ ...base, patch: 32 }),
  },
  {
    name: 'clip-vit-b-16',
    description: "CLIP's ViT-B/16 image encoder (86.2 M parameters)",
    ...clip(publishedClip.vitB16),
    ...transformer({ ...base, patch: 16 }),
  },
  {
    name: 'clip-vit-l-14',
    description: "CLIP's ViT-L/14 image encoder (304.0 M parameters)",
    ...clip(publishedClip.vitL14),
    ...transformer({ ...large, patch: 14 }),
    textEncoder: { ...text, width: 768, heads: 12 },
  },
];

export const backboneNames: readonly string[] = backbones.map(({ name }) => name);

/** @throws UserError when no backbone has this name. */
export function findBackbone(name: string): Backbone {
  const backbone = backbones.find((candidate) => candidate.name === name);
  if (!backbone) throw new UserError(`Unknown backbone "${name}".${suggestName(name, backboneNames)}`);
  return backbone;
}
