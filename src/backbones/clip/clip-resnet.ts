/**
 * CLIP's ModifiedResNet, for any width and depth (Radford et al. 2021, arXiv 2103.00020, section 2.4; He et al. 2018,
 * arXiv 1812.01187, ResNet-D; Zhang 2019, arXiv 1904.11486, anti-aliased strides): a stem of three convolutions, average pooling
 * before every stride, and attention pooling whose only query is the mean of all positions. The positional embedding of the
 * pool may be left out, as QualiCLIP does: then any image size works alike.
 */
import type { Value } from '../../graph/value.js';
import type { BackboneContext } from '../backbone-context.js';
import { ConvolutionLayers } from '../convolution-layers.js';
import { linear, vectorOf, weightOf } from '../dense-layers.js';
import { type PositionalEmbedding, positionalEmbedding } from '../positional-embedding.js';
import { singleQueryAttention } from '../single-query-attention.js';

export interface ClipResNetOptions {
  /** Channels after the stem; the last stage has 32 times as many. */
  readonly width: number;
  /** Bottleneck blocks of the four stages. */
  readonly blocks: readonly [number, number, number, number];
  /** Heads of the attention pool; divides 32 x width. */
  readonly heads: number;
  /** Size of the embedding. */
  readonly embedding: number;
  /** Side of the images that the attention pool's positional embedding was trained for, pixels; without it, none is used. */
  readonly positionsFor?: number;
}

/** Channels that come out of a bottleneck per channel inside it. */
const expansion = 4;
/** Factor by which the last map is smaller than the image. */
const reduction = 32;

/**
 * @param pixels normalized, [N, 3, H, W], H and W at least 32
 * @returns the unnormalized embedding, [N, embedding]
 */
export function clipResNet(context: BackboneContext, pixels: Value, options: ClipResNetOptions): Value {
  const { width, blocks } = options;
  const layers = new Layers(context, 'visual.');
  let x = layers.convolutionUnit(pixels, 'conv1', 'bn1', [width / 2, 3], { kernel: 3, stride: 2, inStem: true });
  x = layers.convolutionUnit(x, 'conv2', 'bn2', [width / 2, width / 2], { kernel: 3, inStem: true });
  x = layers.convolutionUnit(x, 'conv3', 'bn3', [width, width / 2], { kernel: 3, inStem: true });
  x = layers.pool(x, 2);
  let channels = width;
  blocks.forEach((count, stage) => {
    const inner = width * 2 ** stage;
    for (let block = 0; block < count; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      x = layers.bottleneck(x, `layer${stage + 1}.${block}.`, channels, inner, stride);
      channels = inner * expansion;
    }
  });
  return layers.attentionPool(x, channels, options);
}

class Layers extends ConvolutionLayers {
  /**
   * ResNet's bottleneck with the stride moved into an average pool, on the main path before the last convolution and on the
   * shortcut before its convolution.
   */
  bottleneck(x: Value, prefix: string, channels: number, inner: number, stride: number): Value {
    const { graph } = this.context;
    const outer = inner * expansion;
    let y = this.convolutionUnit(x, `${prefix}conv1`, `${prefix}bn1`, [inner, channels], { kernel: 1 });
    y = this.convolutionUnit(y, `${prefix}conv2`, `${prefix}bn2`, [inner, inner], { kernel: 3 });
    y = this.convolutionUnit(this.pool(y, stride), `${prefix}conv3`, `${prefix}bn3`, [outer, inner], { kernel: 1, relu: false });
    const projected = stride > 1 || channels !== outer;
    const shortcut = projected
      ? this.convolutionUnit(this.pool(x, stride), `${prefix}downsample.0`, `${prefix}downsample.1`, [outer, channels], {
          kernel: 1,
          relu: false,
        })
      : x;
    return graph.add('Relu', [graph.add('Add', [y, shortcut])]);
  }

  pool(x: Value, size: number): Value {
    if (size === 1) return x;
    return this.context.graph.add('AveragePool', [x], { kernel_shape: [size, size], strides: [size, size] });
  }

  /** Multi-head attention with the mean of all positions as the only query; it attends to itself and to all positions. */
  attentionPool(x: Value, channels: number, { heads, embedding, positionsFor }: ClipResNetOptions): Value {
    const { graph } = this.context;
    const name = `${this.prefix}attnpool`;
    const positions = graph.add('Reshape', [x, graph.integers(0, channels, -1)]);
    const mean = graph.add('ReduceMean', [positions, graph.integers(2)]);
    let columns = graph.add('Concat', [mean, positions], { axis: 2 });
    let asking = graph.add('Reshape', [mean, graph.integers(-1, channels)]);
    if (positionsFor !== undefined) {
      const { first, grid } = positionalEmbedding(this.context, `${name}.positional_embedding`, x, {
        cells: positionsFor / reduction,
        interpolation: 'bicubic',
      }) as Required<PositionalEmbedding>;
      const embeddings = graph.add('Concat', [first, grid], { axis: 0 });
      columns = graph.add('Add', [columns, graph.add('Transpose', [embeddings], { perm: [1, 0] })]);
      asking = graph.add('Add', [asking, first]);
    }
    const query = linear(this.context, asking, `${name}.q_proj`, channels);
    const [keyWeight, valueWeight] = ['k', 'v'].map((own) =>
      weightOf(this.context, `${name}.${own}_proj.weight`, [channels, channels], channels ** -0.5),
    ) as [Value, Value];
    const tokens = graph.add('Transpose', [columns], { perm: [0, 2, 1] });
    const values = singleQueryAttention(graph, { query, keyWeight, valueWeight, tokens, columns, heads });
    const biased = graph.add('Add', [values, vectorOf(this.context, `${name}.v_proj.bias`, channels)]);
    return linear(this.context, biased, `${name}.c_proj`, embedding);
  }
}
