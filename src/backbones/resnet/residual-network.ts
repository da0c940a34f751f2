/**
 * ResNet of bottlenecks (He et al. 2016, arXiv 1512.03385), with the stride in the 3x3 convolution as torchvision, timm and Hugging Face's
 * transformers have it: a stem of one convolution and a max pool, four stages, the mean over all positions.
 */
import type { Value } from '../../graph/value.js';
import type { BackboneContext } from '../backbone-context.js';
import { ConvolutionLayers } from '../convolution-layers.js';

export interface ResidualNetworkOptions {
  /** Channels after the stem; the embedding, after the last stage, has 32 times as many. */
  readonly width: number;
  /** Bottlenecks of the four stages. */
  readonly blocks: readonly [number, number, number, number];
}

/** Channels that come out of a bottleneck per channel inside it. */
const expansion = 4;

/** Size of the embedding. */
export function residualEmbedding({ width }: ResidualNetworkOptions): number {
  return width * 8 * expansion;
}

/**
 * @param pixels normalized, [N, 3, H, W]
 * @returns the unnormalized embedding, [N, 32 width]
 */
export function residualNetwork(context: BackboneContext, pixels: Value, { width, blocks }: ResidualNetworkOptions): Value {
  const { graph } = context;
  const layers = new Bottlenecks(context, 'visual.');
  const stem = layers.convolutionUnit(pixels, 'conv1', 'bn1', [width, 3], { kernel: 7, stride: 2, inStem: true });
  let x = graph.add('MaxPool', [stem], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let channels = width;
  blocks.forEach((count, stage) => {
    const inner = width * 2 ** stage;
    for (let block = 0; block < count; block++) {
      x = layers.bottleneck(x, `layer${stage + 1}.${block}.`, channels, inner, stage > 0 && block === 0 ? 2 : 1);
      channels = inner * expansion;
    }
  });
  return graph.add('ReduceMean', [x, graph.integers(2, 3)], { keepdims: 0 });
}

class Bottlenecks extends ConvolutionLayers {
  bottleneck(x: Value, prefix: string, channels: number, inner: number, stride: number): Value {
    const { graph } = this.context;
    const outer = inner * expansion;
    let y = this.convolutionUnit(x, `${prefix}conv1`, `${prefix}bn1`, [inner, channels], { kernel: 1 });
    y = this.convolutionUnit(y, `${prefix}conv2`, `${prefix}bn2`, [inner, inner], { kernel: 3, stride });
    y = this.convolutionUnit(y, `${prefix}conv3`, `${prefix}bn3`, [outer, inner], { kernel: 1, relu: false });
    const shortcut =
      stride > 1 || channels !== outer
        ? this.convolutionUnit(x, `${prefix}downsample.0`, `${prefix}downsample.1`, [outer, channels], { kernel: 1, stride, relu: false })
        : x;
    return graph.add('Relu', [graph.add('Add', [y, shortcut])]);
  }
}
