/**
 * Rewrites a finished graph for the CPU: gradients of the inputs of 3x3 convolutions with a quarter of the multiplications, see `winograd.ts`.
 * What is transformed for that, their weight gradients need too.
 */
import type { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import { filterMatrix, kernel, positions, tilesOf, transformed, transformedBack, transforms } from '../convolution/winograd.js';
import { rewriteNodes } from '../rewrite-nodes.js';
import { gradientFiltersOf } from './gradient-filters.js';

type ImageShape = readonly [number, number, number, number];

/** An equal graph, up to rounding. */
export function winogradInputGradients(source: Graph): Graph {
  return rewriteNodes(source, (target, node, copyOf) => {
    const found = inputGradientOf(node);
    return found && [inputGradient(target, copyOf(node.inputs[0]!), copyOf(found.filters), found)];
  });
}

interface InputGradient {
  /** [M, C, 3, 3], of the convolution forward. */
  readonly filters: Value;
  /** Of the convolution forward: zeros before rows and columns. */
  readonly pads: readonly [number, number];
  readonly shape: ImageShape;
}

function inputGradientOf({ operator, inputs, outputs, attributes }: Node): InputGradient | undefined {
  const [gradient, weights, bias] = inputs as [Value, Value, Value | null | undefined];
  const filters = operator === 'Conv' && !bias ? gradientFiltersOf(weights) : undefined;
  if (filters?.shape.slice(2).join() !== '3,3') return undefined;
  const { pads = [0, 0, 0, 0], strides = [1, 1], dilations = [1, 1], group = 1 } = attributes as Record<string, readonly number[] & number>;
  const isPlain = [...strides, ...dilations, group].every((one) => one === 1);
  const [shape, gradientShape] = [outputs[0]!.shape, gradient.shape] as [ImageShape, ImageShape];
  if (!isPlain || ![...shape, ...gradientShape].every((size) => typeof size === 'number')) return undefined;
  const before = [kernel - 1 - pads[0]!, kernel - 1 - pads[1]!] as const;
  return pays(gradientShape, shape) ? { filters, pads: before, shape } : undefined;
}

/** Much less arithmetic has to be left: products of matrices do a third less of it in a second than convolutions, and memory is read and written more often. */
function pays([images, filters, rows, columns]: ImageShape, [, channels, height, width]: ImageShape): boolean {
  const [down, across] = tilesOf([rows, columns]).map((tiles) => positions * tiles) as [number, number];
  const products = images * down * across * filters * channels;
  const transforming = images * channels * (across * height * width + down * across * height);
  const filtering = positions ** 2 * kernel ** 2 * filters * channels;
  return products + transforming + filtering < 0.4 * 9 * images * rows * columns * filters * channels;
}

function inputGradient(graph: Graph, gradient: Value, filters: Value, { pads, shape }: InputGradient): Value {
  const [, , rows, columns] = gradient.shape as ImageShape;
  const [own, channels] = filters.shape as [number, number];
  const tiles = tilesOf([rows, columns]);
  const matrix = graph.numbers(filters.dataType, filterMatrix(), [positions ** 2, kernel ** 2]);
  const elements = graph.add('Reshape', [filters, graph.integers(own * channels, kernel ** 2)]);
  const turned = graph.add('MatMul', [matrix, graph.add('Transpose', [elements], { perm: [1, 0] })]);
  const weights = graph.add('Reshape', [turned, graph.integers(positions ** 2, own, channels)]);
  const products = graph.add('MatMul', [transformed(graph, gradient, transforms.outputs, tiles, [0, 0]), weights]);
  return transformedBack(graph, products, transforms.inputs, tiles, pads, shape);
}
