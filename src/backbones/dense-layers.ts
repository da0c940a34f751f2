/** Matrices, vectors and what is built of them, with parameters named and shaped as in PyTorch's modules. */
import type { Value } from '../graph/value.js';
import { elementCount, floatTensor } from '../tensors/tensor-data.js';
import type { BackboneContext } from './backbone-context.js';

export type LayerContext = Pick<BackboneContext, 'graph' | 'parameters'>;

/**
 * A weight of two or more axes, decayed by the optimizer.
 * @param deviation standard deviation of its random start
 */
export function weightOf(
  { parameters }: LayerContext,
  name: string,
  shape: readonly number[],
  deviation: number,
  weightDecay = true,
): Value {
  return parameters.declare({
    name,
    shape,
    role: 'parameter',
    weightDecay,
    initialize: (random) => floatTensor(shape, random.normals(elementCount(shape), deviation)),
  });
}

/** A bias, or the scale of a normalization: [size], not decayed, the same number everywhere at the start. */
export function vectorOf({ parameters }: LayerContext, name: string, size: number, start = 0): Value {
  return parameters.declare({
    name,
    shape: [size],
    role: 'parameter',
    weightDecay: false,
    initialize: () => floatTensor([size], new Float32Array(size).fill(start)),
  });
}

export interface LinearOptions {
  /** Standard deviation of the random start of the weight; default: inputs^-1/2. */
  readonly deviation?: number;
  /** Factors of the product and of the bias, which cost nothing there. */
  readonly productScale?: number;
  readonly biasScale?: number;
  /** Factor of each output, [outputs]. It goes into the weights, which are fewer than results, and of which a file keeps the product. */
  readonly outputScale?: Value;
}

/**
 * outputScale (productScale x W^T + biasScale b)
 * @param x [rows, inputs]
 * @returns [rows, outputs]
 */
export function linear(context: LayerContext, x: Value, name: string, outputs: number, options: LinearOptions = {}): Value {
  const inputs = x.shape[1] as number;
  const { graph } = context;
  const { deviation = inputs ** -0.5, productScale = 1, biasScale = 1, outputScale } = options;
  const weight = weightOf(context, `${name}.weight`, [outputs, inputs], deviation);
  const bias = vectorOf(context, `${name}.bias`, outputs);
  const operands = outputScale
    ? [graph.add('Mul', [weight, graph.add('Reshape', [outputScale, graph.integers(-1, 1)])]), graph.add('Mul', [bias, outputScale])]
    : [weight, bias];
  return graph.add('Gemm', [x, ...operands], { transB: 1, alpha: productScale, beta: biasScale });
}

/** Layer normalization over the last axis; by default with PyTorch's epsilon. */
export function layerNorm(context: LayerContext, x: Value, name: string, epsilon = 1e-5): Value {
  const size = x.shape.at(-1) as number;
  const inputs = [x, vectorOf(context, `${name}.weight`, size, 1), vectorOf(context, `${name}.bias`, size)];
  return context.graph.add('LayerNormalization', inputs, { axis: -1, epsilon });
}
