/** The named gradients of a convolution, as its rule adds them to a graph, read by what they are made of. */
import { type ConvolutionGeometry, convolutionGeometry, geometryOf } from '../../graph/convolution-geometry.js';
import { type Node, NodeContext } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';

export interface NamedInputGradient {
  /** [N, M, h, w] */
  readonly gradient: Value;
  /** [M, C / group, kh, kw] */
  readonly weights: Value;
  readonly geometry: ConvolutionGeometry;
  /** Rows and columns at the far edges of X that no window reached. */
  readonly rest: readonly number[];
  /** dX, [N, C, H, W] */
  readonly output: Value;
}

export interface NamedWeightGradient {
  /** [N, C, H, W] */
  readonly x: Value;
  /** [N, M, h, w] */
  readonly gradient: Value;
  readonly geometry: ConvolutionGeometry;
}

/** @returns undefined for another node */
export function inputGradientOf({ operator, inputs, attributes, outputs }: Node): NamedInputGradient | undefined {
  if (operator !== 'ConvInputGradient') return undefined;
  const context = new NodeContext(inputs, attributes, () => undefined);
  return {
    gradient: context.input(0),
    weights: context.input(1),
    geometry: convolutionGeometry(context),
    rest: context.integers('output_padding', [0, 0]),
    output: outputs[0]!,
  };
}

/** @returns undefined for another node */
export function weightGradientOf({ operator, inputs, attributes }: Node): NamedWeightGradient | undefined {
  if (operator !== 'ConvWeightGradient') return undefined;
  const context = new NodeContext(inputs, attributes, () => undefined);
  return { x: context.input(0), gradient: context.input(1), geometry: geometryOf(context, context.integers('kernel_shape', [])) };
}
