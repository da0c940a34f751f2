/** Convolutions with batch normalization, by the statistics of the batch or by the running ones, folded: what ResNets are built of. */
import { foldedNormalization } from '../graph/folded-normalization.js';
import type { Value } from '../graph/value.js';
import type { RandomStream } from '../support/random.js';
import { elementCount, floatTensor } from '../tensors/tensor-data.js';
import type { BackboneContext } from './backbone-context.js';
import { vectorOf } from './dense-layers.js';

export interface ConvolutionOptions {
  readonly kernel: 1 | 3 | 7;
  readonly stride?: number;
  readonly relu?: boolean;
  /** One of the first convolutions: see `derivativeFilters`. */
  readonly inStem?: boolean;
}

/** Units of a network, whose parameters' names begin with a prefix. */
export class ConvolutionLayers {
  constructor(
    protected readonly context: BackboneContext,
    protected readonly prefix: string,
  ) {}

  /** Convolution, batch normalization, ReLU. */
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
    // a part that keeps its weights keeps its statistics, and is normalized by them
    const byBatch = this.context.normalization === 'batch' && !parameters.isFrozen(`${name}.running_mean`);
    const y = byBatch
      ? this.normalizeByBatch(graph.add('Conv', [x, weight], attributes), name)
      : this.foldedConvolution(x, weight, name, attributes);
    return relu ? graph.add('Relu', [y]) : y;
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
      // as CLIP: every bottleneck starts as its shortcut, the last scale of the main path is 0
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

/** He initialization keeps the variance through ReLU: normal(0, sqrt(2 / fan in)), fan in = inputs x kernel area. */
function heNormal(shape: readonly number[], random: RandomStream): Float32Array {
  const deviation = Math.sqrt(2 / elementCount(shape.slice(1)));
  return random.normals(elementCount(shape), deviation);
}

/**
 * He initialization in which three of four filters have no mean over the kernel: they start as derivatives. The energy of
 * photographs lies in low frequencies and quality in high ones; filters with a mean see almost only the former, and have to
 * unlearn it first. (Measured after 200 steps on 64-pixel crops: SRCC with the strength of JPEG -.85 instead of -.14.)
 */
function derivativeFilters(shape: readonly number[], random: RandomStream): Float32Array {
  const weights = heNormal(shape, random);
  const [filters, inputs, ...kernel] = shape as [number, number, number, number];
  const area = elementCount(kernel);
  for (let plane = Math.floor(filters / 4) * inputs; plane < filters * inputs; plane++) {
    let sum = 0;
    for (let index = plane * area; index < (plane + 1) * area; index++) sum += weights[index]!;
    for (let index = plane * area; index < (plane + 1) * area; index++) weights[index]! -= sum / area;
  }
  return weights;
}

/** PyTorch's default, with which CLIP was trained. */
const normalizationEpsilon = 1e-5;

/**
 * The share of one batch in the running statistics. Half of PyTorch's default: a batch holds few photographs, and the model is
 * measured and exported with an average of the last twenty of them instead of ten.
 */
export const statisticsShare = 0.05;
