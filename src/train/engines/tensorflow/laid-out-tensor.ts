/** The only place where the layouts of ONNX (channels before pixels) and TensorFlow (channels last) meet. */
import type { Tensor, TensorFlow } from './load-tensorflow.js';

/**
 * A tensor in ONNX's layout, in TensorFlow's, or both: the other one is made when an operator first asks for it, so that a chain of
 * convolutions and what lies between them stays in TensorFlow's. The two differ for four axes: [N, C, H, W] and [N, H, W, C].
 */
export class LaidOutTensor {
  private constructor(
    private readonly tf: TensorFlow,
    private first: Tensor | undefined,
    private last: Tensor | undefined,
  ) {}

  static inOnnxLayout(tf: TensorFlow, tensor: Tensor): LaidOutTensor {
    return new LaidOutTensor(tf, tensor, undefined);
  }

  static withChannelsLast(tf: TensorFlow, tensor: Tensor): LaidOutTensor {
    return tensor.rank === 4 ? new LaidOutTensor(tf, undefined, tensor) : new LaidOutTensor(tf, tensor, undefined);
  }

  get onnx(): Tensor {
    this.first ??= this.tf.transpose(this.last!, [0, 3, 1, 2]);
    return this.first;
  }

  get channelsLast(): Tensor {
    if (this.rank !== 4) return this.onnx;
    this.last ??= this.tf.transpose(this.first!, [0, 2, 3, 1]);
    return this.last;
  }

  get rank(): number {
    return (this.first ?? this.last)!.rank;
  }

  /** True when channels are last already. */
  get isChannelsLast(): boolean {
    return this.last !== undefined;
  }

  dispose(): void {
    this.first?.dispose();
    this.last?.dispose();
  }
}
