/**
 * Vision transformers (Dosovitskiy et al. 2021, arXiv 2010.11929) as CLIP, SigLIP, DINOv2, DINOv3 and Perception Encoder have them: patches as
 * tokens, in most behind a class token; residual attention blocks; the class token, or a pool over all tokens. Where they differ is data.
 * Parameters have the names of openai/CLIP.
 */
import { reshapeToSizes } from '../graph/reshape-to-sizes.js';
import type { Value } from '../graph/value.js';
import { floatTensor } from '../tensors/tensor-data.js';
import { attentionPool } from './attention-pool.js';
import { type LayerContext, layerNorm, vectorOf, weightOf } from './dense-layers.js';
import { type PositionInterpolation, positionalEmbedding } from './positional-embedding.js';
import { firstTokenBlock, residualBlock } from './residual-block.js';
import { type RotaryEmbedding, rotationOf } from './rotary-embedding.js';
import type { TransformerOptions } from './transformer-options.js';

export interface VisionTransformerOptions extends TransformerOptions {
  /** Side of a patch, pixels. */
  readonly patch: number;
  /** True where patches have a bias; default: false. */
  readonly patchBias?: boolean;
  /** False where there is no class token; default: true. */
  readonly classToken?: boolean;
  /** Further tokens without a place (Darcet et al. 2024, arXiv 2309.16588); default: 0. */
  readonly registers?: number;
  /** The learned positional embedding; absent where positions count for nothing, or are told by rotation alone. */
  readonly positions?: {
    /** Side of the images that it was trained for, pixels; a multiple of the patch. */
    readonly side: number;
    readonly interpolation: PositionInterpolation;
  };
  readonly rotary?: RotaryEmbedding;
  /** True where tokens are normalized before the blocks; default: false. */
  readonly normalizesFirst?: boolean;
  /** Heads of the pool over all tokens; absent where the class token is what is used of the last block. */
  readonly poolHeads?: number;
  /** True where the embedding is the mean over all normalized tokens, class token and registers included; default: false. */
  readonly tokenMean?: boolean;
  /** Size of the embedding where a projection follows; absent without one. */
  readonly projection?: number;
}

/**
 * @param pixels normalized, [N, 3, H, W], at least a patch high and wide; what remains beside whole patches is not seen
 * @returns the unnormalized embedding, [N, projection or width]
 */
export function visionTransformer(context: LayerContext, pixels: Value, options: VisionTransformerOptions): Value {
  const { graph } = context;
  const { width, heads, layers, patch, patchBias, rotary, normalizesFirst, poolHeads, tokenMean, projection, epsilon } = options;
  const filters = weightOf(context, 'visual.conv1.weight', [width, 3, patch, patch], (3 * patch * patch) ** -0.5);
  const operands = [pixels, filters, ...(patchBias ? [vectorOf(context, 'visual.conv1.bias', width)] : [])];
  const map = graph.add('Conv', operands, { kernel_shape: [patch, patch], strides: [patch, patch] });
  const tokens = tokensOf(context, map, options);
  const rows = graph.add('Reshape', [tokens, graph.integers(-1, width)]);
  let x = normalizesFirst ? layerNorm(context, rows, 'visual.ln_pre', epsilon) : rows;
  const rotation = rotary && rotationOf(graph, map, prefixOf(options), width / heads, rotary);
  const sequences = { count: [tokens, 0], length: [tokens, 1], ...(rotation && { rotation }) } as const;
  const blockName = (layer: number): string => `visual.transformer.resblocks.${layer}`;
  for (let layer = 0; layer < layers - 1; layer++) x = residualBlock(context, x, blockName(layer), options, sequences);
  const lastBlock = poolHeads === undefined && !tokenMean ? firstTokenBlock : residualBlock;
  const last = layerNorm(context, lastBlock(context, x, blockName(layers - 1), options, sequences), 'visual.ln_post', epsilon);
  const bySequence = (): Value => reshapeToSizes(graph, last, [sequences.count, sequences.length, width]);
  const pool = { ...options, heads: poolHeads ?? heads };
  const image = tokenMean
    ? graph.add('ReduceMean', [bySequence(), graph.integers(1)], { keepdims: 0 })
    : poolHeads === undefined
      ? last
      : attentionPool(context, bySequence(), 'visual.attn_pool', pool);
  if (projection === undefined) return image;
  return graph.add('Gemm', [image, weightOf(context, 'visual.proj', [width, projection], width ** -0.5)]);
}

/** Number of tokens before the patches. */
function prefixOf({ classToken = true, registers = 0 }: VisionTransformerOptions): number {
  return (classToken ? 1 : 0) + registers;
}

/**
 * Class token, registers and patches with their positions, [N, prefix + H W, C].
 * @param map of patches, [N, C, H, W]
 */
function tokensOf(context: LayerContext, map: Value, options: VisionTransformerOptions): Value {
  const { graph } = context;
  const { width, patch, positions, classToken = true, registers = 0 } = options;
  const columns = graph.add('Reshape', [map, graph.integers(0, width, -1)]);
  const patches = graph.add('Transpose', [columns], { perm: [0, 2, 1] });
  const embedded =
    positions &&
    positionalEmbedding(context, 'visual.positional_embedding', map, {
      cells: positions.side / patch,
      interpolation: positions.interpolation,
      hasFirst: classToken,
    });
  const placed = embedded ? graph.add('Add', [patches, embedded.grid]) : patches;
  const prefix: Value[] = [];
  if (classToken) {
    const own = tokenOf(context, 'visual.class_embedding', [width]);
    prefix.push(embedded ? graph.add('Add', [embedded.first!, own]) : graph.add('Reshape', [own, graph.integers(1, width)]));
  }
  if (registers > 0) prefix.push(tokenOf(context, 'visual.register_embedding', [registers, width]));
  if (prefix.length === 0) return placed;
  const all = prefix.length === 1 ? prefix[0]! : graph.add('Concat', prefix, { axis: 0 });
  const batch = graph.add('Slice', [graph.add('Shape', [map]), graph.integers(0), graph.integers(1)]);
  const shape = graph.add('Concat', [batch, graph.integers(prefixOf(options), width)], { axis: 0 });
  return graph.add('Concat', [graph.add('Expand', [all, shape]), placed], { axis: 1 });
}

function tokenOf({ parameters }: LayerContext, name: string, shape: readonly number[]): Value {
  const width = shape.at(-1)!;
  const count = shape.reduce((product, length) => product * length, 1);
  return parameters.declare({
    name,
    shape,
    role: 'parameter',
    weightDecay: false,
    initialize: (random) => floatTensor(shape, random.normals(count, width ** -0.5)),
  });
}
