/** The weight gradient of a convolution as products with the windows of its input, image by image or over all images at once. */
import type { Graph } from '../../graph/graph.js';
import { fixedShape, type Value } from '../../graph/value.js';
import { type Image, slicedWindows, type WeightGradient } from './image.js';

/** Most channels of color images and the like: products of few columns are slow, and joined windows small. */
const fewChannels = 4;

/** Nothing is transposed, and only windows of colors are joined. */
export function weightGradientByImage({ graph, x, gradient, geometry }: WeightGradient): Value {
  const [kh, kw] = geometry.kernel as [number, number];
  const [batch, filters, rows, columns] = gradient.shape;
  const [, channels] = x.shape;
  const slices = x.windows(geometry, [rows, columns]);
  if (slices.length > 1 && channels <= fewChannels) {
    const joined = graph.add(
      'Concat',
      slices.map((slice) => slice.plain()),
      { axis: 1 },
    );
    const windows = graph.add('Reshape', [joined, graph.integers(batch, kh * kw * channels, rows * columns)]);
    const sum = sumOfProducts(graph, positionsLast(graph, gradient), windows);
    const byWindow = graph.add('Reshape', [sum, graph.integers(filters, kh, kw, channels)]);
    return graph.add('Transpose', [byWindow], { perm: [0, 3, 1, 2] });
  }
  const byElement = slices.map((slice) => productOfImages(graph, gradient, slice));
  if (byElement.length === 1) return graph.add('Reshape', [byElement[0]!, graph.integers(filters, channels, 1, 1)]);
  const columnsOfWeights = byElement.map((weights) => graph.add('Unsqueeze', [weights, graph.integers(2)]));
  return graph.add('Reshape', [graph.add('Concat', columnsOfWeights, { axis: 2 }), graph.integers(filters, channels, kh, kw)]);
}

/** [M, C]; see `sumOfProducts` */
function productOfImages(graph: Graph, gradient: Image, x: Image): Value {
  const turned = x.shape[1] > gradient.shape[1];
  const product = turned ? x.productWith?.(gradient) : gradient.productWith?.(x);
  if (!product) return sumOfProducts(graph, positionsLast(graph, gradient), positionsLast(graph, x));
  return turned ? graph.add('Transpose', [product], { perm: [1, 0] }) : product;
}

/** [N, C, H W] */
function positionsLast(graph: Graph, image: Image): Value {
  const [batch, channels, rows, columns] = image.shape;
  return graph.add('Reshape', [image.plain(), graph.integers(batch, channels, rows * columns)]);
}

/**
 * The sum over images of A B^T for [N, rows, positions] and [N, columns, positions]. ONNX Runtime's product is up to 1.6 times as fast where the first
 * matrix has more rows than the second.
 */
function sumOfProducts(graph: Graph, a: Value, b: Value): Value {
  const turned = (b.shape[1] as number) > (a.shape[1] as number);
  const [first, second] = turned ? [b, a] : [a, b];
  const perImage = graph.add('MatMul', [first, graph.add('Transpose', [second], { perm: [0, 2, 1] })]);
  const sum = graph.add('ReduceSum', [perImage, graph.integers(0)], { keepdims: 0 });
  return turned ? graph.add('Transpose', [sum], { perm: [1, 0] }) : sum;
}

/** Needs channels last, but keeps the results of single images, [N, M, C kh kw], out of memory. */
export function weightGradientOverImages({ graph, x, gradient, geometry }: WeightGradient): Value {
  const { kernel, strides, pads } = geometry;
  const [kh, kw] = kernel as [number, number];
  const [, filters, rows, columns] = gradient.shape;
  const [, channels] = x.shape;
  const isPointwise = [kh, kw, ...strides].every((size) => size === 1) && pads.every((size) => size === 0);
  if (isPointwise) {
    const turned = isTurned(gradient, channels);
    const product = turned ? x.productWith?.(gradient) : gradient.productWith?.(x);
    if (product) {
      const own = turned ? graph.add('Transpose', [product], { perm: [1, 0] }) : product;
      return graph.add('Reshape', [own, graph.integers(filters, channels, 1, 1)]);
    }
  }
  const slices = slicedWindows(graph, x.channelsLast(), 1, geometry, [rows, columns]);
  const windows = slices.length === 1 ? slices[0]! : graph.add('Concat', slices, { axis: -1 });
  const flat = graph.add('Reshape', [windows, graph.integers(-1, kh * kw * channels)]);
  const byPosition = graph.add('Reshape', [gradient.channelsLast(), graph.integers(-1, filters)]);
  const product = (a: Value, b: Value): Value => graph.add('MatMul', [graph.add('Transpose', [a], { perm: [1, 0] }), b]);
  const sum = isTurned(gradient, fixedShape(flat.shape, 'the gradient of Conv')[1]!)
    ? graph.add('Transpose', [product(flat, byPosition)], { perm: [1, 0] })
    : product(byPosition, flat);
  if (slices.length === 1) return graph.add('Reshape', [sum, graph.integers(filters, channels, kh, kw)]);
  const byWindow = graph.add('Reshape', [sum, graph.integers(filters, kh, kw, channels)]);
  return graph.add('Transpose', [byWindow], { perm: [0, 3, 1, 2] });
}

/** More rows than columns, where there are enough positions to pay for turning the result. */
function isTurned({ shape: [batch, filters, rows, columns] }: Image, length: number): boolean {
  return batch * rows * columns > 4096 && length > filters;
}
