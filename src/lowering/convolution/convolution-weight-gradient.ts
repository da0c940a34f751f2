/** The gradient of a convolution with respect to its weights, in the formulation that suits its sizes. */
import { convolutionGeometry } from '../../graph/convolution-geometry.js';
import type { Graph } from '../../graph/graph.js';
import type { GradientContext } from '../../graph/operator.js';
import { fixedShape, type Value } from '../../graph/value.js';
import { winogradPays, winogradWeightGradient } from './winograd-weight-gradient.js';

/**
 * dW = sum over images of dY [M, positions] times the windows of X [positions, C kh kw]. Where an image has many more positions than channels, one
 * product for each image and element of the kernel, summed after: nothing is transposed, and only windows of colours are joined. Elsewhere one product over
 * all images, which needs channels last but keeps the results of single images, [N, M, C kh kw], out of memory. Windows that do not overlap (the
 * patches of a vision transformer) are a permutation of the pixels. With groups, one product per image and group.
 */
export function convolutionWeightGradient(node: GradientContext): Value {
  const { gradient } = node;
  const [channels] = fixedShape([node.input(0).shape[1]!], 'the gradient of Conv') as [number];
  const [batch, filters, rows, columns] = fixedShape(gradient.shape, 'the gradient of Conv') as [number, number, number, number];
  const sizes = { batch, filters, channels, rows, columns };
  const { kernel, strides, pads, dilations, group } = convolutionGeometry(node);
  if (group > 1) return weightGradientByGroup(node, sizes, group);
  const patches =
    kernel.every((size, axis) => size > 1 && size === strides[axis]) &&
    [...pads, ...dilations.map((size) => size - 1)].every((size) => size === 0);
  if (patches) return weightGradientOverPatches(node, sizes);
  if (winogradPays(node)) return winogradWeightGradient(node);
  return rows * columns > 2 * Math.max(filters, channels) ? weightGradientByImage(node, sizes) : weightGradientOverImages(node, sizes);
}

/** Of colours and the like: products of so few columns are slow, and joined windows small. */
const fewChannels = 4;

interface Sizes {
  readonly batch: number;
  readonly filters: number;
  readonly channels: number;
  /** Of the output. */
  readonly rows: number;
  readonly columns: number;
}

function weightGradientByImage(node: GradientContext, { filters, channels, rows, columns, batch }: Sizes): Value {
  const { graph, gradient } = node;
  const { kernel, pads } = convolutionGeometry(node);
  const [kh, kw] = [kernel[0]!, kernel[1]!];
  const padded = paddedInput(graph, node.input(0), [0, 0, pads[0]!, pads[1]!, 0, 0, pads[2]!, pads[3]!]);
  const slices = windowSlices(node, padded, 2, { rows, columns });
  const gradients = graph.add('Reshape', [gradient, graph.integers(batch, filters, rows * columns)]);
  if (slices.length > 1 && channels <= fewChannels) {
    const windows = graph.add('Reshape', [
      graph.add('Concat', slices, { axis: 1 }),
      graph.integers(batch, kh * kw * channels, rows * columns),
    ]);
    const byWindow = graph.add('Reshape', [sumOfProducts(graph, gradients, windows), graph.integers(filters, kh, kw, channels)]);
    return graph.add('Transpose', [byWindow], { perm: [0, 3, 1, 2] });
  }
  const byElement = slices.map((slice) => {
    const flat = graph.add('Reshape', [slice, graph.integers(batch, channels, rows * columns)]);
    return sumOfProducts(graph, gradients, flat);
  });
  if (byElement.length === 1) return graph.add('Reshape', [byElement[0]!, graph.integers(filters, channels, 1, 1)]);
  const columnsOfWeights = byElement.map((weights) => graph.add('Unsqueeze', [weights, graph.integers(2)]));
  return graph.add('Reshape', [graph.add('Concat', columnsOfWeights, { axis: 2 }), graph.integers(filters, channels, kh, kw)]);
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

/** The windows stand first in the product: what has to be transposed is the gradient, which for depthwise filters is only reshaped. */
function weightGradientByGroup(node: GradientContext, { filters, channels, rows, columns, batch }: Sizes, group: number): Value {
  const { graph, gradient } = node;
  const { kernel, pads } = convolutionGeometry(node);
  const [kh, kw] = [kernel[0]!, kernel[1]!];
  const [own, seen, positions] = [filters / group, channels / group, rows * columns];
  const padded = paddedInput(graph, node.input(0), [0, 0, pads[0]!, pads[1]!, 0, 0, pads[2]!, pads[3]!]);
  const byGroup = windowSlices(node, padded, 2, { rows, columns }).map((slice) =>
    graph.add('Reshape', [slice, graph.integers(batch, group, seen, positions)]),
  );
  const windows = byGroup.length === 1 ? byGroup[0]! : graph.add('Concat', byGroup, { axis: 2 });
  const gradients =
    own === 1
      ? graph.add('Reshape', [gradient, graph.integers(batch, group, positions, 1)])
      : graph.add('Transpose', [graph.add('Reshape', [gradient, graph.integers(batch, group, own, positions)])], { perm: [0, 1, 3, 2] });
  const summed = graph.add('ReduceSum', [graph.add('MatMul', [windows, gradients]), graph.integers(0)], { keepdims: 0 });
  const byWindow = graph.add('Reshape', [summed, graph.integers(group, kh, kw, seen, own)]);
  const ordered = graph.add('Transpose', [byWindow], { perm: [0, 4, 3, 1, 2] });
  return graph.add('Reshape', [ordered, graph.integers(filters, seen, kh, kw)]);
}

function weightGradientOverImages(node: GradientContext, { filters, channels, rows, columns }: Sizes): Value {
  const { graph, gradient } = node;
  const { kernel, pads } = convolutionGeometry(node);
  const [kh, kw] = [kernel[0]!, kernel[1]!];
  const channelsLast = graph.add('Transpose', [node.input(0)], { perm: [0, 2, 3, 1] });
  const padded = paddedInput(graph, channelsLast, [0, pads[0]!, pads[1]!, 0, 0, pads[2]!, pads[3]!, 0]);
  const slices = windowSlices(node, padded, 1, { rows, columns });
  const windows = slices.length === 1 ? slices[0]! : graph.add('Concat', slices, { axis: -1 });
  const flat = graph.add('Reshape', [windows, graph.integers(-1, kh * kw * channels)]);
  const byPosition = graph.add('Reshape', [graph.add('Transpose', [gradient], { perm: [0, 2, 3, 1] }), graph.integers(-1, filters)]);
  const product = productOverPositions(graph, byPosition, flat);
  if (slices.length === 1) return graph.add('Reshape', [product, graph.integers(filters, channels, kh, kw)]);
  const byWindow = graph.add('Reshape', [product, graph.integers(filters, kh, kw, channels)]);
  return graph.add('Transpose', [byWindow], { perm: [0, 3, 1, 2] });
}

/** A^T B for [positions, rows] and [positions, columns], with more rows than columns where there are enough positions to pay for turning the result. */
function productOverPositions(graph: Graph, a: Value, b: Value): Value {
  const product = (first: Value, second: Value): Value => graph.add('MatMul', [graph.add('Transpose', [first], { perm: [1, 0] }), second]);
  const [positions, rows] = fixedShape(a.shape, 'the gradient of Conv') as [number, number];
  const pays = positions > 4096 && (b.shape[1] as number) > rows;
  return pays ? graph.add('Transpose', [product(b, a)], { perm: [1, 0] }) : product(a, b);
}

function weightGradientOverPatches(node: GradientContext, { filters, channels, rows, columns, batch }: Sizes): Value {
  const { graph, gradient } = node;
  const [kh, kw] = convolutionGeometry(node).kernel as [number, number];
  const x = node.input(0);
  const covered = [rows * kh, columns * kw] as const;
  const pixels =
    x.shape[2] === covered[0] && x.shape[3] === covered[1]
      ? x
      : graph.add('Slice', [x, graph.integers(0, 0), graph.integers(...covered), graph.integers(2, 3)]);
  const grid = graph.add('Reshape', [pixels, graph.integers(batch, channels, rows, kh, columns, kw)]);
  const patches = graph.add('Reshape', [
    graph.add('Transpose', [grid], { perm: [0, 2, 4, 1, 3, 5] }),
    graph.integers(batch * rows * columns, channels * kh * kw),
  ]);
  const gradients = graph.add('Reshape', [graph.add('Transpose', [gradient], { perm: [1, 0, 2, 3] }), graph.integers(filters, -1)]);
  return graph.add('Reshape', [graph.add('MatMul', [gradients, patches]), graph.integers(filters, channels, kh, kw)]);
}

function paddedInput(graph: Graph, x: Value, pads: readonly number[]): Value {
  return pads.some((size) => size > 0) ? graph.add('Pad', [x, graph.integers(...pads)]) : x;
}

/** The input of every position, one slice for each element of the kernel; `axis` is that of the rows. */
function windowSlices(node: GradientContext, padded: Value, axis: 1 | 2, { rows, columns }: { rows: number; columns: number }): Value[] {
  const { graph } = node;
  const { kernel, strides, dilations } = convolutionGeometry(node);
  const [down, right] = [strides[0]!, strides[1]!];
  const whole = down === 1 && right === 1 && padded.shape[axis] === rows && padded.shape[axis + 1] === columns;
  if (whole) return [padded];
  const slices: Value[] = [];
  for (let row = 0; row < kernel[0]!; row++) {
    for (let column = 0; column < kernel[1]!; column++) {
      const [top, left] = [row * dilations[0]!, column * dilations[1]!];
      const ends = graph.integers(top + (rows - 1) * down + 1, left + (columns - 1) * right + 1);
      slices.push(
        graph.add('Slice', [padded, graph.integers(top, left), ends, graph.integers(axis, axis + 1), graph.integers(down, right)]),
      );
    }
  }
  return slices;
}
