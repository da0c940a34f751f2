/** What a backbone is: a function from normalised pixels to an unnormalised embedding, and facts about its inputs. */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import type { Parameters } from './parameters.js';
import type { TransformerOptions } from './transformer-options.js';

export interface BackboneContext {
  readonly graph: Graph;
  readonly parameters: Parameters;
  /**
   * Batch normalisation by the statistics of the batch (which also updates the running ones), or by the running ones, folded; frozen
   * parts by the running ones in any case.
   */
  readonly normalization: 'batch' | 'running';
}

/** A file on the Hugging Face hub. */
export interface PublishedFile {
  /** `OWNER/NAME` */
  readonly repository: string;
  /** A commit, or a branch where none is known. */
  readonly revision: string;
  readonly name: string;
  /** Of its content, in hexadecimal, where known. */
  readonly sha256?: string;
}

/** Weights that someone has published for an architecture. */
export interface PublishedWeights {
  /** Where they come from. */
  readonly origin: string;
  readonly licence: string;
  /** The file as it was published first. */
  readonly original: Required<Pick<PublishedFile, 'name' | 'sha256'>>;
  /** A copy in a format that tools exchange. */
  readonly hub: PublishedFile;
}

/** The text transformer that was trained together with an image encoder. */
export interface TextEncoder extends TransformerOptions {
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
  /** How batch normalisation is trained: from scratch it needs the statistics of the batch; pretrained statistics stay frozen. */
  readonly trainNormalization: 'batch' | 'running';
  readonly batchNormalization: boolean;
  /** The parts that can be left untrained, from the first on, and the parameters of each. */
  readonly parts: Readonly<Record<string, RegExp>>;
  /** Parameters that training leaves as they are. */
  isFrozen?(parameter: string): boolean;
  /** Size of the embedding. */
  readonly embedding: number;
  /** Per channel, of pixels scaled to 0..1. */
  readonly mean: readonly [number, number, number];
  readonly standardDeviation: readonly [number, number, number];
  /** Side of the images that its weights were trained on, pixels; absent without such weights. */
  readonly trainedSide?: number;
  readonly published?: PublishedWeights;
  readonly textEncoder?: TextEncoder;
  /** The files that it was read from, relative to a folder: a run keeps copies of them. */
  readonly files?: { readonly folder: string; readonly names: readonly string[] };
  /** The only side of images that it can take, pixels; absent where any size from the minimum on will do. */
  readonly fixedSide?: number;
  /** The smallest side of an image, pixels. */
  readonly minimumSide: number;
  /**
   * @param pixels normalised, [N, 3, H, W]
   * @returns the unnormalised embedding, [N, embedding]
   */
  embed(context: BackboneContext, pixels: Value): Value;
  /** The same with a positional embedding that published weights have and that `embed` leaves out. */
  embedWithPositions?(context: BackboneContext, pixels: Value): Value;
}
