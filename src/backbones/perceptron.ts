/** The second half of a residual attention block: x + MLP(LN(x)). */
import type { Value } from '../graph/value.js';
import { type LayerContext, layerNorm, linear, vectorOf } from './dense-layers.js';
import type { Activation, TransformerOptions } from './transformer-options.js';

/** The names of a perceptron's parameters. */
export interface PerceptronNames {
  readonly norm: string;
  /** Name of its products, without `.c_fc` and `.c_proj`. */
  readonly products: string;
  /** Name of the factors of what it adds; absent without them. */
  readonly scale?: string;
}

/**
 * The factors of the activation go into the linear layers around it, where they cost nothing.
 * @param x [rows, C]
 */
export function perceptron(context: LayerContext, x: Value, names: PerceptronNames, options: TransformerOptions): Value {
  const { graph } = context;
  const { width, layers, activation, hidden: size = 4 * width, epsilon } = options;
  const normalized = layerNorm(context, x, names.norm, epsilon);
  const { inner, outer, shape } = activation === 'swiglu' ? gated : activations[activation];
  const deviation = (2 * width) ** -0.5;
  const hidden = linear(context, normalized, `${names.products}.c_fc`, size, { deviation, productScale: inner, biasScale: inner });
  const by = activation === 'swiglu' ? linear(context, normalized, `${names.products}.c_gate`, size, { deviation }) : hidden;
  const output = {
    deviation: (2 * width * layers) ** -0.5,
    productScale: outer,
    ...(names.scale !== undefined && { outputScale: layerScale(context, names.scale, width) }),
  };
  return graph.add('Add', [x, linear(context, graph.add('Mul', [hidden, shape(context, by)]), `${names.products}.c_proj`, width, output)]);
}

/** The factor of each channel of what a block adds, [width]. */
export function layerScale(context: LayerContext, name: string, width: number): Value {
  return vectorOf(context, `${name}.gamma`, width, 1);
}

interface Shaping {
  readonly inner: number;
  readonly outer: number;
  shape(context: LayerContext, z: Value): Value;
}

const tanhFactor = Math.sqrt(2 / Math.PI);

/** Activations as outer z gate(z) with z = inner x. */
const activations: Readonly<Record<Exclude<Activation, 'swiglu'>, Shaping>> = {
  'quick-gelu': { inner: 1.702, outer: 1 / 1.702, shape: ({ graph }, z) => graph.add('Sigmoid', [z]) },
  // x (1 + erf(x / sqrt 2)) / 2
  gelu: { inner: Math.SQRT1_2, outer: Math.SQRT1_2, shape: ({ graph }, z) => graph.add('Add', [graph.add('Erf', [z]), 1]) },
  // x (1 + tanh(sqrt(2 / pi) (x + .044715 x^3))) / 2
  'gelu-tanh': {
    inner: 1,
    outer: 0.5,
    shape: ({ graph }, z) => {
      const factor = graph.add('Add', [graph.add('Mul', [graph.add('Mul', [z, z]), 0.044715 * tanhFactor]), tanhFactor]);
      return graph.add('Add', [graph.add('Tanh', [graph.add('Mul', [z, factor])]), 1]);
    },
  },
};

/** The activation of a further projection: x sigmoid(x). */
const gated: Shaping = { inner: 1, outer: 1, shape: ({ graph }, z) => graph.add('Mul', [z, graph.add('Sigmoid', [z])]) };
