/** A head is everything between an embedding and a number: engines, losses, parity and exported files know it by this interface only. */
import type { Backbone } from '../backbones/backbone.js';
import type { Parameters } from '../backbones/parameters.js';
import type { TensorSource } from '../backbones/weights/tensor-source.js';
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import type { TensorData } from '../tensors/tensor-data.js';

/** Numbers per crop that severity should move in a known direction: all that losses see of a model. */
export interface Cues {
  /** [N, cues]: each should fall as severity grows. */
  readonly falling: Value;
  /** [N, cues]: each should rise as severity grows. */
  readonly rising: Value;
}

export interface Head {
  /** The key of its kind in the table of heads. */
  readonly kind: string;
  /** For people: the prompts, or how the score comes about. */
  readonly description: string;
  /** The shape of what is measured of one crop. */
  readonly measuredShape: readonly number[];
  /** Name of the measurement among the outputs of an exported model, beside `score`. */
  readonly outputName: string;
  /** What a checkpoint stores beside tensors, for `HeadKind.restore`. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * What an engine returns and parity compares: cues, score and ordering follow from it alone. Parameters, if any, are declared here.
   * @param embedding [N, D], of any length
   * @returns [N, ...measuredShape]
   */
  measure(graph: Graph, parameters: Parameters, embedding: Value): Value;
  /** @param measured [N, ...measuredShape] */
  cues(graph: Graph, measured: Value): Cues;
  /**
   * The score, higher is better.
   * @param measured [N, ...measuredShape]
   * @param scale how steeply the score follows what is measured
   * @returns [N], 0..1
   */
  score(graph: Graph, measured: Value, scale: Value | number): Value;
  /**
   * Numbers that order crops by quality as the score does, but never saturate.
   * @param measured [count, ...measuredShape]
   */
  order(measured: Float32Array, count: number): number[];
  /**
   * The scale of the score, chosen without labels.
   * @param scoresAt scores of held-out crops at a scale
   */
  calibrate(scoresAt: (scale: number) => Promise<readonly number[]>): Promise<number>;
  /** The method of a model with this head, for `model.json`. */
  method(isTrained: boolean): string;
  /** Its own entries of `model.json`. */
  facts(): HeadFacts;
}

/** What `model.json` says of a head; prompts came first and are told by their name alone. */
export interface HeadFacts {
  readonly prompts?: string | undefined;
  readonly head?: { readonly name: string; readonly description: string } | undefined;
}

/** A head of a new model. */
export interface NewHead {
  readonly backbone: Backbone;
  /** The option `prompts`. */
  readonly prompts: string;
  readonly seed: number;
  /** Weights that may hold the head's parameters too; undefined for random ones. */
  readonly source: TensorSource | undefined;
}

/** A head of a checkpoint. */
export interface StoredHead {
  readonly backbone: Backbone;
  readonly metadata: Readonly<Record<string, string>>;
  /** A float32 tensor of the checkpoint; undefined where it has none of this name. */
  read(name: string): Promise<TensorData | undefined>;
}

/** A kind of head: makes heads, and describes those of exported models to people. */
export interface HeadKind {
  /** For the help of the option `head`. */
  readonly summary: string;
  /** @throws UserError when it needs what the weights do not have. */
  create(wanted: NewHead): Promise<Head>;
  /** @returns undefined when the checkpoint has no head of this kind */
  restore(stored: StoredHead): Promise<Head | undefined>;
  /**
   * Rows of the model card.
   * @param scale of the score
   */
  card(facts: HeadFacts, scale: number): { readonly title: string; readonly description: string; readonly score: string };
}
