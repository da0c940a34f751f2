/** Sizes of a transformer of residual attention blocks, image or text. */

/**
 * The activation of a perceptron between its two products: `quick-gelu` x sigmoid(1.702 x) in OpenAI's models; `gelu` x Phi(x) (Hendrycks & Gimpel
 * 2016, arXiv 1606.08415) in most others; `gelu-tanh` its approximation there in SigLIP; `swiglu` a product with x sigmoid(x) of a further
 * projection (Shazeer 2020, arXiv 2002.05202).
 */
export type Activation = 'quick-gelu' | 'gelu' | 'gelu-tanh' | 'swiglu';

export interface TransformerOptions {
  /** Channels C of every token. */
  readonly width: number;
  readonly layers: number;
  /** Divides the width. */
  readonly heads: number;
  readonly activation: Activation;
  /** Channels inside the perceptron; default: 4 x width. */
  readonly hidden?: number;
  /** Added to variances by layer normalization; default: PyTorch's 1e-5. */
  readonly epsilon?: number;
  /** True where what a block adds has a factor for each channel (LayerScale: Touvron et al. 2021, arXiv 2103.17239); default: false. */
  readonly layerScale?: boolean;
  /** False where keys have no bias; default: true. */
  readonly keyBias?: boolean;
}
