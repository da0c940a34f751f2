/** CLIP's vision transformer (Radford et al. 2021, arXiv 2103.00020, section 2.4): normalization before the blocks and after them, a projection. */
import type { Value } from '../../graph/value.js';
import type { LayerContext } from '../dense-layers.js';
import type { TransformerOptions } from '../transformer-options.js';
import { type VisionTransformerOptions, visionTransformer } from '../vision-transformer.js';

export interface ClipVisionTransformerOptions extends TransformerOptions {
  /** Side of a patch, pixels. */
  readonly patch: number;
  /** Side of the images that the positional embedding was trained for, pixels; a multiple of the patch. */
  readonly side: number;
  /** False where positions count for nothing, as in MA-CLIP (arXiv 2511.09948); default: true. */
  readonly hasPositions?: boolean;
  /** Size of the embedding. */
  readonly embedding: number;
}

export function clipVisionOptions(options: ClipVisionTransformerOptions): VisionTransformerOptions {
  const { side, embedding, hasPositions = true, ...sizes } = options;
  return {
    ...sizes,
    normalizesFirst: true,
    projection: embedding,
    ...(hasPositions && { positions: { side, interpolation: 'bicubic' } }),
  };
}

/** As `visionTransformer`. */
export function clipVisionTransformer(context: LayerContext, pixels: Value, options: ClipVisionTransformerOptions): Value {
  return visionTransformer(context, pixels, clipVisionOptions(options));
}
