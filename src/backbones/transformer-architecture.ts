/** Entries of vision transformers have in common all that follows from their sizes. */
import type { Backbone } from './backbone.js';
import { type VisionTransformerOptions, visionTransformer } from './vision-transformer.js';

export type TransformerArchitecture = Pick<
  Backbone,
  | 'embedding'
  | 'minimumSide'
  | 'positions'
  | 'trainNormalization'
  | 'batchNormalization'
  | 'parts'
  | 'memoryOverhead'
  | 'wordlessPrompts'
  | 'embed'
  | 'embedTokenMean'
>;

export function transformerArchitecture(options: VisionTransformerOptions): TransformerArchitecture {
  const { width, layers, patch, positions, poolHeads, projection } = options;
  const block = (index: number) => [`layer${index + 1}`, new RegExp(`^visual\\.transformer\\.resblocks\\.${index}\\.`)] as const;
  return {
    embedding: projection ?? width,
    minimumSide: patch,
    ...(positions && { positions: positions.interpolation }),
    trainNormalization: 'running',
    batchNormalization: false,
    parts: {
      stem: /^visual\.(conv1|(class|register|positional)_embedding|ln_pre)\b/,
      ...Object.fromEntries(Array.from({ length: layers }, (_, index) => block(index))),
      head: /^visual\.(ln_post|attn_pool|proj)\b/,
    },
    // 1.0 for clip-vit-b-32 (12 crops of 224), .9 for clip-vit-b-16 (6 of 224)
    memoryOverhead: { batch: 1.05, running: 1.05 },
    wordlessPrompts: 'seeded',
    embed: (context, pixels) => visionTransformer(context, pixels, options),
    ...(poolHeads === undefined &&
      projection === undefined && {
        embedTokenMean: (context, pixels) => visionTransformer(context, pixels, { ...options, tokenMean: true }),
      }),
  };
}
