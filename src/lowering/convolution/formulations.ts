/** The formulation of a convolution's gradient that a machine runs fastest: data, so that each machine has its own. */

/** The machine that a graph is lowered for. `blocked-cpu`: a processor for which ONNX Runtime has kernels of blocked channels. */
export type Machine = 'blocked-cpu' | 'cpu' | 'cuda' | 'webgpu';

export interface Formulations {
  /**
   * Minimal filtering computes gradients of 3x3 filters where it leaves less than this share of the arithmetic of a product with all windows; the
   * matrices that transform an axis are as long as the axis, so that it pays where images are small or channels many.
   */
  readonly winogradWeights: number;
  /**
   * The same for gradients of inputs of at least so many channels, on both sides: much less has to be left, since products of matrices do a
   * third less arithmetic in a second than convolutions, and memory is read and written more often. A share of 0: never.
   */
  readonly winogradInputs: { readonly share: number; readonly channels: number };
  /** Windows that do not overlap (the patches of a vision transformer) become a permutation of the pixels and one product. */
  readonly patches: boolean;
  /** Gradients of weights are one product an image where it has more positions than this multiple of the channels; elsewhere one over all images. */
  readonly byImage: number;
  /** Gradients of inputs of stride 1 are convolutions with flipped filters, not transposed convolutions. */
  readonly convolvedInputs: boolean;
  /** Images with blocked channels are normalized, and multiplied by vectors of channels, by convolutions of single pixels: see `byChannel`. */
  readonly vectorsByChannel: boolean;
}

/** Measured on two cores with AVX-512; nothing has been measured on a GPU, which computes as a processor without blocked channels. */
const unblocked: Formulations = {
  winogradWeights: 0.75,
  winogradInputs: { share: 0, channels: 0 },
  patches: true,
  byImage: 2,
  convolvedInputs: true,
  vectorsByChannel: true,
};

export const formulations: Readonly<Record<Machine, Formulations>> = {
  'blocked-cpu': { ...unblocked, winogradInputs: { share: 0.4, channels: 128 } },
  cpu: unblocked,
  cuda: unblocked,
  webgpu: unblocked,
};
