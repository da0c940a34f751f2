/**
 * CLIP's vision transformer (Dosovitskiy et al. 2021, arXiv 2010.11929; Radford et al. 2021, arXiv 2103.00020, section 2.4): patches
 * as tokens behind a class token, positional embedding, normalisation before the blocks and after them.
 */
import type { Value } from '../graph/value.js';
import { floatTensor } from '../runtime/tensor-data.js';
import { type LayerContext, layerNorm, weightOf } from './dense-layers.js';
import { firstTokenBlock, residualBlock, type TransformerOptions } from './residual-block.js';

export interface VisionTransformerOptions extends TransformerOptions {
  /** Side of a patch, pixels. */
  readonly patch: number;
  /** Side of the images that the positional embedding was trained for, pixels; a multiple of the patch. */
  readonly side: number;
  /** Size of the embedding. */
  readonly embedding: number;
}

/**
 * @param pixels normalised, [N, 3, H, W], at least a patch high and wide; what remains beside whole patches is not seen
 * @returns the unnormalised embedding, [N, embedding]
 */
export function visionTransformer(context: LayerContext, pixels: Value, options: VisionTransformerOptions): Value {
  const { graph } = context;
  const { width, layers, patch, embedding } = options;
  const filters = weightOf(context, 'visual.conv1.weight', [width, 3, patch, patch], (3 * patch * patch) ** -0.5);
  const patches = graph.add('Conv', [pixels, filters], { kernel_shape: [patch, patch], strides: [patch, patch] });
  const columns = graph.add('Reshape', [patches, graph.integers(0, width, -1)]);
  const positions = graph.add('Transpose', [columns], { perm: [0, 2, 1] });
  // a row of zeros in front of each image makes room for the class token
  const padded = graph.add('Pad', [positions, graph.integers(0, 1, 0, 0, 0, 0)]);
  const tokens = graph.add('Add', [padded, firstTokens(context, patches, options)]);
  let x = layerNorm(context, graph.add('Reshape', [tokens, graph.integers(-1, width)]), 'visual.ln_pre');
  const sequences = { count: [tokens, 0], length: [tokens, 1] } as const;
  const blockName = (layer: number): string => `visual.transformer.resblocks.${layer}`;
  for (let layer = 0; layer < layers - 1; layer++) x = residualBlock(context, x, blockName(layer), options, sequences);
  const image = layerNorm(context, firstTokenBlock(context, x, blockName(layers - 1), options, sequences), 'visual.ln_post');
  return graph.add('Gemm', [image, weightOf(context, 'visual.proj', [width, embedding], width ** -0.5)]);
}

/** What every image starts from besides its patches: the class token and the embedding of every position, [1 + rows columns, width]. */
function firstTokens(context: LayerContext, patches: Value, options: VisionTransformerOptions): Value {
  const { graph, parameters } = context;
  const { width, side, patch } = options;
  const cells = (side / patch) ** 2;
  const classToken = parameters.declare({
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
  const embedding = weightOf(context, 'visual.positional_embedding', [1 + cells, width], width ** -0.5);
  const [first, grid] = graph.addAll('Split', [embedding, graph.integers(1, cells)], { axis: 0 }) as [Value, Value];
  return graph.add('Concat', [graph.add('Add', [first, classToken]), interpolated(context, grid, patches, side / patch)], { axis: 0 });
}

/**
 * The embedding of a square grid of positions for another grid, by bicubic interpolation without smoothing, as the
 * `interpolate_pos_encoding` of Hugging Face's transformers (open_clip smooths when the grid shrinks).
 * @param grid [cells^2, width]
 * @param patches [N, width, rows, columns]
 * @returns [rows columns, width]
 */
function interpolated({ graph }: LayerContext, grid: Value, patches: Value, cells: number): Value {
  const [, width, rows, columns] = patches.shape as [unknown, number, unknown, unknown];
  if (rows === cells && columns === cells) return grid;
  const channelsFirst = graph.add('Reshape', [graph.add('Transpose', [grid], { perm: [1, 0] }), graph.integers(1, width, cells, cells)]);
  const size = graph.add('Slice', [graph.add('Shape', [patches]), graph.integers(1), graph.integers(4)]);
  const sizes = graph.add('Concat', [graph.integers(1), size], { axis: 0 });
  const resized = graph.add('Resize', [channelsFirst, null, null, sizes], { mode: 'cubic' });
  return graph.add('Transpose', [graph.add('Reshape', [resized, graph.integers(width, -1)])], { perm: [1, 0] });
}
