/** Sizes of a transformer of residual attention blocks, image or text. */

export type Activation = 'quick-gelu' | 'gelu';

export interface TransformerOptions {
  /** Channels C of every token. */
  readonly width: number;
  readonly layers: number;
  /** Divides the width. */
  readonly heads: number;
  /** `quick-gelu` x sigmoid(1.702 x) in OpenAI's models; `gelu` x Phi(x) in most of open_clip's (Hendrycks & Gimpel 2016). */
  readonly activation: Activation;
}
