/** A head is everything between an embedding and a number: engines, losses, parity and exported files know it by this interface only. */
import type { Backbone } from '../backbones/backbone.js';
import type { Parameters } from '../backbones/parameters.js';
import type { TensorSource } from '../backbones/weights/tensor-source.js';
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import type { Prompts } from '../prompts/prompts.js';
import type { TensorData } from '../tensors/tensor-data.js';
import type { ActivationName } from './activations.js';
import type { FusionConstants } from './fusion.js';

/** Numbers per crop that severity should move in a known direction: all that losses see of a model. */
export interface Cues {
  /** [N, cues]: each should fall as severity grows. */
  readonly falling: Value;
  /** [N, cues]: each should rise as severity grows. */
  readonly rising: Value;
}

/** The overlapping crops that an image is cut into, beside the whole image: see `crops` of `model.json`. */
export interface CropPolicy {
  /** Pixels. */
  readonly side: number;
  /** Pixels from one crop to the next. */
  readonly stride: number;
  /** The interpolation by which the exported file makes the whole image a square of `side`: without smoothing. */
  readonly whole: 'bilinear';
}

export interface Head {
  /** The key of its kind in the table of heads. */
  readonly kind: string;
  /** A description for people: the prompts, or how the score comes about. */
  readonly description: string;
  /** The shape of the measurement of one crop. */
  readonly measuredShape: readonly number[];
  /** Name of the measurement among the outputs of an exported model, beside `score`. */
  readonly outputName: string;
  /** Metadata that a checkpoint stores beside tensors, for `HeadKind.restore`. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * The measurement that an engine returns and parity compares: cues, score and ordering follow from it alone. It declares parameters, if any.
   * @param embedding [N, D], of any length
   * @returns [N, ...measuredShape]
   */
  measure(graph: Graph, parameters: Parameters, embedding: Value): Value;
  /** @param measured [N, ...measuredShape] */
  cues(graph: Graph, measured: Value): Cues;
  /**
   * The score, higher is better.
   * @param measured [N, ...measuredShape]
   * @param scale steepness of the score over the measurement
   * @returns [N], 0..1
   */
  score(graph: Graph, measured: Value, scale: Value | number): Value;
  /**
   * Numbers that order crops by quality as the score does, but never saturate.
   * @param measured [count, ...measuredShape]
   * @param scale of the score, where the order depends on it; default: CLIP's
   */
  order(measured: Float32Array, count: number, scale?: number): number[];
  /**
   * The scale of the score, chosen without labels.
   * @param scoresAt scores of held-out crops at a scale
   */
  calibrate(scoresAt: (scale: number) => Promise<readonly number[]>): Promise<number>;
  /** The score given to `calibrate`, if it is another; parameters and result as those of `score`. */
  calibratedScore?(graph: Graph, measured: Value, scale: Value | number): Value;
  /**
   * The crops that are scored, where an image is not scored as a whole.
   * @param side of the crops that the model was trained on, pixels
   */
  crops?(side: number): CropPolicy;
  /** The file that the head was read from, where people's opinions trained it elsewhere. */
  readonly trainedElsewhere?: string;
  /** The method of a model with this head, for `model.json`. */
  method(isTrained: boolean): string;
  /** Its own entries of `model.json`. */
  facts(): HeadFacts;
}

/** The head in a `model.json`; prompts came first and are recognized by their name alone. */
export interface HeadFacts {
  readonly prompts?: string | undefined;
  readonly head?:
    | {
        readonly name: string;
        readonly description: string;
        readonly fusion?: FusionConstants | undefined;
        readonly mlp?: MlpFacts | undefined;
      }
    | undefined;
}

/** The head `mlp`. */
export interface MlpFacts {
  readonly activation: string;
  /** True where the gate's sigmoid has a learned factor. */
  readonly gamma: boolean;
  /** `opinion`: it was trained with opinions of people. */
  readonly target: 'order' | 'opinion';
  /** Width of the hidden layers. */
  readonly hidden: number;
}

/** A head of a new model. */
export interface NewHead {
  readonly backbone: Backbone;
  /** The option `prompts`. */
  readonly prompts: string;
  /** The constants of the head `magnitude`; default: its authors'. */
  readonly fusion?: FusionConstants;
  readonly seed: number;
  /** Activation of the head `mlp`; default: `gated`. */
  readonly activation?: ActivationName;
  /** True where the gate's sigmoid has a learned factor; default: false. */
  readonly gamma?: boolean;
  /** `opinion` where it is trained with opinions of people; default: `order`. */
  readonly target?: 'order' | 'opinion';
  /** Parameters of the head `mlp` in a file of their own, which its authors trained with opinions. */
  readonly headWeights?: TensorSource | undefined;
  /** Makes prompts of embeddings of training images: see `prototypesOf`. */
  readonly prototypes?: (() => Promise<Prompts>) | undefined;
  /** Weights that may hold the head's parameters too; undefined for random ones. */
  readonly source: TensorSource | undefined;
}

/** A head of a checkpoint. */
export interface StoredHead {
  readonly backbone: Backbone;
  readonly metadata: Readonly<Record<string, string>>;
  /** The constants of the head `magnitude`; default: its authors'. */
  readonly fusion?: FusionConstants;
  /** A float32 tensor of the checkpoint; undefined where it has none of this name. */
  read(name: string): Promise<TensorData | undefined>;
}

/** Rows of the model card. */
export interface HeadCard {
  readonly title: string;
  readonly description: string;
  readonly score: string;
  /** A sentence on what the head's score cannot be relied on for. */
  readonly limit?: string;
}

/** A kind of head: makes heads, and describes those of exported models to people. */
export interface HeadKind {
  /** For the help of the option `head`. */
  readonly summary: string;
  /** @throws UserError when the weights lack something that it needs. */
  create(wanted: NewHead): Promise<Head>;
  /** @returns undefined when the checkpoint has no head of this kind */
  restore(stored: StoredHead): Promise<Head | undefined>;
  /**
   * Rows of the model card.
   * @param scale of the score
   */
  card(facts: HeadFacts, scale: number): HeadCard;
}
