/**
 * CLIP's vision transformer (Dosovitskiy et al. 2021, arXiv 2010.11929; Radford et al. 2021, arXiv 2103.00020, section 2.4): patches
 * as tokens behind a class token, positional embedding, normalisation before the blocks and after them.
 */
import type { Value } from '../../graph/value.js';
import { floatTensor } from '../../tensors/tensor-data.js';
import { type LayerContext, layerNorm, weightOf } from '../dense-layers.js';
import { type PositionInterpolation, positionalEmbedding } from '../positional-embedding.js';
import { firstTokenBlock, residualBlock } from '../residual-block.js';
import type { TransformerOptions } from '../transformer-options.js';

export interface VisionTransformerOptions extends TransformerOptions {
  /** Side of a patch, pixels. */
  readonly patch: number;
  /** Side of the images that the positional embedding was trained for, pixels; a multiple of the patch. */
  readonly side: number;
  /** Interpolation of the positional embedding to other sizes; default: `bicubic`. */
  readonly interpolation?: PositionInterpolation;
  /** False where positions count for nothing, as in MA-CLIP (arXiv 2511.09948); default: true. */
  readonly hasPositions?: boolean;
  /** Size of the embedding. */
  readonly embedding: number;
}

/**
 * @param pixels normalised, [N, 3, H, W], at least a patch high and wide; what remains beside whole patches is not seen
 * @returns the unnormalised embedding, [N, embedding]
 */
export function visionTransformer(context: LayerContext, pixels: Value, options: VisionTransformerOptions): Value {
  const { graph } = context;
  const { width, layers, patch, embedding, hasPositions = true } = options;
  const filters = weightOf(context, 'visual.conv1.weight', [width, 3, patch, patch], (3 * patch * patch) ** -0.5);
  const patches = graph.add('Conv', [pixels, filters], { kernel_shape: [patch, patch], strides: [patch, patch] });
  const columns = graph.add('Reshape', [patches, graph.integers(0, width, -1)]);
  const positions = graph.add('Transpose', [columns], { perm: [0, 2, 1] });
  const tokens = hasPositions ? withPositions(context, positions, patches, options) : withClassToken(context, positions);
  let x = layerNorm(context, graph.add('Reshape', [tokens, graph.integers(-1, width)]), 'visual.ln_pre');
  const sequences = { count: [tokens, 0], length: [tokens, 1] } as const;
  const blockName = (layer: number): string => `visual.transformer.resblocks.${layer}`;
  for (let layer = 0; layer < layers - 1; layer++) x = residualBlock(context, x, blockName(layer), options, sequences);
  const image = layerNorm(context, firstTokenBlock(context, x, blockName(layers - 1), options, sequences), 'visual.ln_post');
  return graph.add('Gemm', [image, weightOf(context, 'visual.proj', [width, embedding], width ** -0.5)]);
}

function withPositions(context: LayerContext, tokens: Value, patches: Value, options: VisionTransformerOptions): Value {
  const { graph } = context;
  // a row of zeros in front of each image makes room for the class token
  const padded = graph.add('Pad', [tokens, graph.integers(0, 1, 0, 0, 0, 0)]);
  return graph.add('Add', [padded, firstTokens(context, patches, options)]);
}

/** @param tokens [N, rows columns, width] */
function withClassToken(context: LayerContext, tokens: Value): Value {
  const { graph } = context;
  const width = tokens.shape[2] as number;
  const batch = graph.add('Slice', [graph.add('Shape', [tokens]), graph.integers(0), graph.integers(1)]);
  const shape = graph.add('Concat', [batch, graph.integers(1, width)], { axis: 0 });
  return graph.add('Concat', [graph.add('Expand', [classTokenOf(context, width), shape]), tokens], { axis: 1 });
}

function classTokenOf({ parameters }: LayerContext, width: number): Value {
  return parameters.declare({
    name: 'visual.class_embedding',
    shape: [width],
    role: 'parameter',
    weightDecay: false,
    initialize: (random) =>
      floatTensor(
        [width],
        Float32Array.from({ length: width }, () => random.normal() * width ** -0.5),
      ),
  });
}

/** Rows that every image starts from besides its patches: the class token and the embedding of every position, [1 + rows columns, width]. */
function firstTokens(
  context: LayerContext,
  patches: Value,
  { width, side, patch, interpolation = 'bicubic' }: VisionTransformerOptions,
): Value {
  const { graph } = context;
  const classToken = classTokenOf(context, width);
  const { first, grid } = positionalEmbedding(context, 'visual.positional_embedding', patches, side / patch, interpolation);
  return graph.add('Concat', [graph.add('Add', [first, classToken]), grid], { axis: 0 });
}
