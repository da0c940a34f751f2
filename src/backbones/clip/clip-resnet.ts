/**
 * CLIP's ModifiedResNet, for any width and depth (Radford et al. 2021, arXiv 2103.00020, section 2.4; He et al. 2018,
 * arXiv 1812.01187, ResNet-D; Zhang 2019, arXiv 1904.11486, anti-aliased strides): a stem of three convolutions, average pooling
 * before every stride, and attention pooling whose only query is the mean of all positions. The positional embedding of the
 * pool may be left out, as QualiCLIP does: then any image size works alike.
 */
import { foldedNormalization } from '../../graph/folded-normalization.js';
import type { Value } from '../../graph/value.js';
import type { RandomStream } from '../../support/random.js';
import { elementCount, floatTensor } from '../../tensors/tensor-data.js';
import type { BackboneContext } from '../backbone-context.js';
import { linear, vectorOf, weightOf } from '../dense-layers.js';
import { positionalEmbedding } from '../positional-embedding.js';
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
/** How many times smaller than the image the last map is. */
const reduction = 32;

/**
 * @param pixels normalised, [N, 3, H, W], H and W at least 32
 * @returns the unnormalised embedding, [N, embedding]
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

interface ConvolutionOptions {
  readonly kernel: 1 | 3;
  readonly stride?: number;
  readonly relu?: boolean;
  /** One of the first convolutions: see `derivativeFilters`. */
  readonly inStem?: boolean;
}

class Layers {
  constructor(
    private readonly context: BackboneContext,
    private readonly prefix: string,
  ) {}

  /** Convolution, batch normalisation, ReLU. */
  convolutionUnit(x: Value, convolution: string, normalization: string, channels: [number, number], options: ConvolutionOptions): Value {
    const { graph, parameters } = this.context;
    const [filters, inputs] = channels;
    const { kernel, stride = 1, relu = true, inStem = false } = options;
    const shape = [filters, inputs, kernel, kernel];
    const weight = parameters.declare({
      name: `${this.prefix}${convolution}.weight`,
      shape,
      role: 'parameter',
      weightDecay: true,
      initialize: (random) => floatTensor(shape, inStem ? derivativeFilters(shape, random) : heNormal(shape, random)),
    });
    const pad = (kernel - 1) / 2;
    const attributes = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
    const name = `${this.prefix}${normalization}`;
    // a part that keeps its weights keeps its statistics, and is normalised by them
    const byBatch = this.context.normalization === 'batch' && !parameters.isFrozen(`${name}.running_mean`);
    const y = byBatch
      ? this.normalizeByBatch(graph.add('Conv', [x, weight], attributes), name)
      : this.foldedConvolution(x, weight, name, attributes);
    return relu ? graph.add('Relu', [y]) : y;
  }

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
      const { first, grid } = positionalEmbedding(this.context, `${name}.positional_embedding`, x, positionsFor / reduction, 'bicubic');
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

  private statistic(name: string, size: number, start: number): Value {
    return this.context.parameters.declare({
      name,
      shape: [size],
      role: 'buffer',
      weightDecay: false,
      initialize: () => floatTensor([size], new Float32Array(size).fill(start)),
    });
  }

  private normalization(name: string, size: number): [Value, Value, Value, Value] {
    return [
      // CLIP starts every bottleneck as its shortcut: the last scale of the main path is 0
      vectorOf(this.context, `${name}.weight`, size, /layer.*bn3$/.test(name) ? 0 : 1),
      vectorOf(this.context, `${name}.bias`, size),
      this.statistic(`${name}.running_mean`, size, 0),
      this.statistic(`${name}.running_var`, size, 1),
    ];
  }

  /**
   * See `statisticsShare`; the running variance is that of the population, where PyTorch's is that of a sample. The running
   * statistics are not inputs of the operator: ONNX Runtime writes its statistics over these inputs, whoever else reads them.
   */
  private normalizeByBatch(x: Value, name: string): Value {
    const { graph, parameters } = this.context;
    const [scale, bias, ...running] = this.normalization(name, x.shape[1] as number);
    const attributes = { epsilon: normalizationEpsilon, momentum: 0, training_mode: 1 };
    const scratch = running.map((statistic) => graph.add('Mul', [statistic, 0]));
    const [y, ...batch] = graph.addAll('BatchNormalization', [x, scale, bias, ...scratch], attributes);
    for (const [index, statistic] of ['running_mean', 'running_var'].entries()) {
      const kept = graph.add('Mul', [running[index]!, 1 - statisticsShare]);
      parameters.update(`${name}.${statistic}`, graph.add('Add', [kept, graph.add('Mul', [batch[index]!, statisticsShare])]));
    }
    return y!;
  }

  private foldedConvolution(x: Value, weight: Value, name: string, attributes: Record<string, number[]>): Value {
    const [scale, bias, mean, variance] = this.normalization(name, weight.shape[0] as number);
    return foldedNormalization(this.context.graph, { x, weight }, { scale, bias, mean, variance }, normalizationEpsilon, attributes);
  }
}

/** He initialisation keeps the variance through ReLU: normal(0, sqrt(2 / fan in)), fan in = inputs x kernel area. */
function heNormal(shape: readonly number[], random: RandomStream): Float32Array {
  const deviation = Math.sqrt(2 / elementCount(shape.slice(1)));
  return Float32Array.from({ length: elementCount(shape) }, () => random.normal() * deviation);
}

/**
 * He initialisation in which three of four filters have no mean over the kernel: they start as derivatives. The energy of
 * photographs lies in low frequencies and quality in high ones; filters with a mean see almost only the former, and have to
 * unlearn it first. (Measured after 200 steps on 64-pixel crops: SRCC with the strength of JPEG -.85 instead of -.14.)
 */
function derivativeFilters(shape: readonly number[], random: RandomStream): Float32Array {
  const weights = heNormal(shape, random);
  const [filters, inputs, ...kernel] = shape as [number, number, number, number];
  const area = elementCount(kernel);
  for (let plane = Math.floor(filters / 4) * inputs; plane < filters * inputs; plane++) {
    const own = weights.subarray(plane * area, (plane + 1) * area);
    const mean = own.reduce((sum, weight) => sum + weight, 0) / area;
    for (let index = 0; index < area; index++) own[index]! -= mean;
  }
  return weights;
}

/** PyTorch's default, with which CLIP was trained. */
const normalizationEpsilon = 1e-5;

/**
 * How far one batch moves the running statistics. Half of PyTorch's default: a batch holds few photographs, and the model is
 * measured and exported with an average of the last twenty of them instead of ten.
 */
const statisticsShare = 0.05;
