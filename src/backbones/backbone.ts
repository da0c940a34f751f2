/**
 * The entry of a backbone: a function from normalized pixels to an unnormalized embedding, and all that the program knows of it, as
 * data. Whatever differs between families stands here: no file outside of a family's own names it.
 */
import type { Value } from '../graph/value.js';
import type { BackboneContext } from './backbone-context.js';
import type { PositionInterpolation } from './positional-embedding.js';
import type { Preset } from './preset.js';
import type { PublishedWeights } from './published-weights.js';
import type { TransformerOptions } from './transformer-options.js';
import type { WeightsReader } from './weights/weights-layout.js';

/** A text tower that was trained together with an image encoder; `prompts/text-towers.ts` builds it. */
export interface TextEncoder extends TransformerOptions {
  /** The architecture and its tokenizer. */
  readonly tower: 'clip' | 'siglip';
  /** Number of different tokens. */
  readonly vocabulary: number;
  /** Tokens of the longest text. */
  readonly context: number;
}

export interface Backbone {
  readonly name: string;
  readonly description: string;
  /** `required`: makes sense only with published weights. */
  readonly pretrained: 'none' | 'required';
  /** Options of training that suit it better than the defaults. */
  readonly preset?: Preset;
  /** Training of batch normalization: from scratch it needs the statistics of the batch; pretrained statistics stay frozen. */
  readonly trainNormalization: 'batch' | 'running';
  readonly batchNormalization: boolean;
  /** The parts that can be left untrained, from the first on, and the parameters of each. */
  readonly parts: Readonly<Record<string, RegExp>>;
  /** Parameters that training leaves as they are. */
  isFrozen?(parameter: string): boolean;
  /** Size of the embedding. */
  readonly embedding: number;
  /** Statistics of the pixels that it was trained on: per channel, of pixels scaled to 0..1. */
  readonly mean: readonly [number, number, number];
  readonly standardDeviation: readonly [number, number, number];
  /** Side of the images that its weights were trained on, pixels; absent without such weights. */
  readonly trainedSide?: number;
  /** The only side of images that it can take, pixels; absent where any size from the minimum on will do. */
  readonly fixedSide?: number;
  /** The smallest side of an image, pixels. */
  readonly minimumSide: number;
  /** Sides of images are multiples of this, pixels: 1 where any will do, a patch where the original refuses the rest. */
  readonly sideMultiple: number;
  /** Interpolation of a learned positional embedding to other sizes; absent without one. */
  readonly positions?: PositionInterpolation;
  /** Reader of published weights and their names. */
  readonly reader: WeightsReader;
  readonly published?: PublishedWeights;
  readonly textEncoder?: TextEncoder;
  /** The prompts where neither stored features nor a text tower make any. */
  readonly wordlessPrompts: 'seeded';
  /** Peak memory of a step over that of the values of its graph, measured, by the statistics that normalize batches. */
  readonly memoryOverhead: Readonly<Record<'batch' | 'running', number>>;
  /** The files that it was read from, relative to a folder: a run keeps copies of them. */
  readonly files?: { readonly folder: string; readonly names: readonly string[] };
  /**
   * Its parameters begin with `encoderPrefix`.
   * @param pixels normalized, [N, 3, H, W]
   * @returns the unnormalized embedding, [N, embedding]
   */
  embed(context: BackboneContext, pixels: Value): Value;
  /** The mean over all tokens in the place of the class token, which AGM's head (arXiv 2509.17374) takes of such encoders; absent for others. */
  embedTokenMean?(context: BackboneContext, pixels: Value): Value;
  /** The same with a positional embedding that published weights have and that `embed` leaves out. */
  embedWithPositions?(context: BackboneContext, pixels: Value): Value;
  /** The same without the positional embedding that `embed` has. */
  readonly embedWithoutPositions?: {
    embed(context: BackboneContext, pixels: Value): Value;
    /** Names of tensors that published weights have and that it leaves out. */
    readonly unused: RegExp;
  };
}

/** The beginning of the names of every image encoder's parameters: what else a checkpoint holds begins otherwise. */
export const encoderPrefix = 'visual.';
