/** The activations between the layers of the MLP head, as AGM (arXiv 2509.17374) compares them: after the first layer, and after the second. */
import type { ParameterSpec, Parameters } from '../backbones/parameters.js';
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import { floatTensor } from '../tensors/tensor-data.js';

/** The graph of a head, and what names its parameters begin with. */
export interface HeadContext {
  readonly graph: Graph;
  readonly parameters: Parameters;
  /** Values of parameters to start from, by full name. */
  initial(name: string): ReturnType<ParameterSpec['initialize']> | undefined;
}

/** @param x [N, channels] @param name what names of parameters begin with @returns [N, channels] */
type Layer = (context: HeadContext, x: Value, name: string, options: { readonly gamma: boolean }) => Value;

/** Beyond this, AGM's sigmoid is clamped: its value changes by less than 3e-9, its gradient is 0. */
const largestExponent = 20;
const leakySlope = 0.01;

/** y = x where x >= 0, slope x elsewhere */
function leaky(graph: Graph, x: Value, slope: Value | number): Value {
  const below = graph.add('Relu', [graph.add('Neg', [x])]);
  return graph.add('Sub', [graph.add('Relu', [x]), graph.add('Mul', [below, slope])]);
}

const relu: Layer = ({ graph }, x) => graph.add('Relu', [x]);
const sigmoid: Layer = ({ graph }, x) => graph.add('Sigmoid', [x]);
const tanh: Layer = ({ graph }, x) => graph.add('Tanh', [x]);
const leakyRelu: Layer = ({ graph }, x) => leaky(graph, x, leakySlope);
/** x Phi(x) (Hendrycks and Gimpel 2016, arXiv 1606.08415) */
const gelu: Layer = ({ graph }, x) => {
  const share = graph.add('Add', [graph.add('Erf', [graph.add('Mul', [x, Math.SQRT1_2])]), 1]);
  return graph.add('Mul', [graph.add('Mul', [x, share]), 0.5]);
};
/** A slope below 0 for each channel, from .25 (He et al. 2015, arXiv 1502.01852) */
const prelu: Layer = (context, x, name) => leaky(context.graph, x, channels(context, `${name}.a`, x, 0.25));

/**
 * AGM's gate, for each channel: w = sigmoid(g), y = w gamma sigmoid(clamp(alpha x + beta, -20, 20)) + (1 - w) leaky(x, a); from g 0, alpha 1,
 * beta 0, a .25. gamma is 1, or learned from 2.
 */
const gated: Layer = (context, x, name, { gamma }) => {
  const { graph } = context;
  const weight = graph.add('Sigmoid', [channels(context, `${name}.g`, x, 0)]);
  const scaled = graph.add('Mul', [x, channels(context, `${name}.sig_act.alpha`, x, 1)]);
  const exponent = graph.add('Clip', [
    graph.add('Add', [scaled, channels(context, `${name}.sig_act.beta`, x, 0)]),
    graph.numbers('float32', -largestExponent),
    graph.numbers('float32', largestExponent),
  ]);
  const bent = graph.add('Sigmoid', [exponent]);
  const saturating = gamma ? graph.add('Mul', [bent, channels(context, `${name}.sig_act.gamma`, x, 2)]) : bent;
  const open = leaky(graph, x, channels(context, `${name}.lrelu_act.a`, x, 0.25));
  return graph.add('Add', [open, graph.add('Mul', [weight, graph.add('Sub', [saturating, open])])]);
};

/** A number for each channel, not decayed. */
function channels({ parameters, initial }: HeadContext, name: string, x: Value, start: number): Value {
  const size = x.shape[1] as number;
  return parameters.declare({
    name,
    shape: [size],
    role: 'parameter',
    weightDecay: false,
    initialize: () => initial(name) ?? floatTensor([size], new Float32Array(size).fill(start)),
  });
}

/** By the value of the option: AGM's B_Sig has a leaky ReLU after its sigmoid, its gated head a PReLU after the gate. */
export const activations = {
  relu: [relu, relu],
  sigmoid: [sigmoid, leakyRelu],
  'leaky-relu': [leakyRelu, leakyRelu],
  gelu: [gelu, gelu],
  tanh: [tanh, tanh],
  prelu: [prelu, prelu],
  gated: [gated, prelu],
} as const satisfies Readonly<Record<string, readonly [Layer, Layer]>>;

export type ActivationName = keyof typeof activations;
export const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];
