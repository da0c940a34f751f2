/** Conv: two-dimensional convolution of [N, C, H, W] with [M, C, kh, kw], optionally + bias [M]; dilation 1, one group. */
import type { Graph } from '../graph.js';
import type { GradientContext, NodeContext, Operator } from '../operator.js';
import { requireRank, requireSameType } from '../shape-rules.js';
import { type Dimension, fixedShape, type Value } from '../value.js';

export const conv: Operator = {
  inputs: [
    { name: 'X', gradient: inputGradient },
    { name: 'W', gradient: weightGradient },
    // db = sum of dy over images and pixels
    {
      name: 'B',
      gradient: ({ graph, gradient }) => graph.add('ReduceSum', [gradient, graph.integers(0, 2, 3)], { keepdims: 0 }),
      optional: true,
    },
  ],
  attributes: { kernel_shape: 'ints', strides: 'ints', pads: 'ints' },
  infer: (node) => {
    const [x, w] = [node.input(0), node.input(1)];
    const bias = node.optionalInput(2);
    requireSameType(bias ? [x, w, bias] : [x, w]);
    requireRank(x, 4);
    requireRank(w, 4);
    if (x.shape[1] !== w.shape[1]) throw new Error(`${x.name} has ${x.shape[1]} channels, ${w.name} expects ${w.shape[1]}`);
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== w.shape[0])) throw new Error(`bias must be [${w.shape[0]}]`);
    const { kernel, strides, pads } = geometry(node);
    const spatial = x.shape.slice(2).map((size, axis) => {
      const taken = kernel[axis]! - pads[axis]! - pads[axis + 2]!;
      return outputSize(size, taken, strides[axis]!);
    });
    return { dataType: x.dataType, shape: [x.shape[0]!, w.shape[0]!, ...spatial] };
  },
};

/** floor((size - taken) / stride) + 1 */
function outputSize(size: Dimension, taken: number, stride: number): Dimension {
  if (typeof size === 'number') return Math.floor((size - taken) / stride) + 1;
  if (stride === 1) return taken === 1 ? size : `${size}-${taken - 1}`;
  return taken === 1 ? `floor((${size}-1)/${stride})+1` : `floor((${size}-${taken})/${stride})+1`;
}

function geometry(node: NodeContext): { kernel: number[]; strides: readonly number[]; pads: readonly number[] } {
  const kernel = fixedShape(node.input(1).shape.slice(2), 'the kernel of Conv');
  const stated = node.integers('kernel_shape', kernel);
  if (stated.join() !== kernel.join()) throw new Error(`kernel_shape [${stated}] is not that of ${node.input(1).name}, [${kernel}]`);
  const strides = node.integers('strides', [1, 1]);
  const pads = node.integers('pads', [0, 0, 0, 0]);
  if (strides.length !== 2 || pads.length !== 4) throw new Error(`2 strides and 4 pads expected, received [${strides}] and [${pads}]`);
  return { kernel, strides, pads };
}

/**
 * dX = dY * W, with W flipped and its channels exchanged, as a convolution where the stride is 1 (twice as fast as ConvTranspose
 * in ONNX Runtime); as a transposed convolution elsewhere.
 */
function inputGradient(node: GradientContext): Value {
  const { graph, gradient } = node;
  const w = node.input(1);
  const { kernel, strides, pads } = geometry(node);
  const [kh, kw] = [kernel[0]!, kernel[1]!];
  if (strides.some((stride) => stride !== 1)) {
    const shape = fixedShape(node.input(0).shape, 'the gradient of Conv');
    const rows = fixedShape(gradient.shape, 'the gradient of Conv');
    // rows and columns at the far edges that no window reached
    const rest = [0, 1].map(
      (axis) => shape[axis + 2]! + pads[axis]! + pads[axis + 2]! - kernel[axis]! - (rows[axis + 2]! - 1) * strides[axis]!,
    );
    return graph.add('ConvTranspose', [gradient, w], { strides, pads, output_padding: rest });
  }
  const flipped =
    kh === 1 && kw === 1
      ? w
      : graph.add('Slice', [w, graph.integers(-1, -1), graph.integers(-kh - 1, -kw - 1), graph.integers(2, 3), graph.integers(-1, -1)]);
  const exchanged = graph.add('Transpose', [flipped], { perm: [1, 0, 2, 3] });
  return graph.add('Conv', [gradient, exchanged], {
    kernel_shape: kernel,
    pads: [kh - 1 - pads[0]!, kw - 1 - pads[1]!, kh - 1 - pads[2]!, kw - 1 - pads[3]!],
  });
}

/**
 * dW = sum over images of dY [M, positions] times the windows of X [positions, C kh kw]. Where an image has more positions than
 * there are filters, one product per image, summed after: nothing is transposed. Elsewhere one product over all images, which
 * needs channels last but keeps the results of single images, [N, M, C kh kw], out of memory.
 */
function weightGradient(node: GradientContext): Value {
  const { gradient } = node;
  const [channels] = fixedShape([node.input(0).shape[1]!], 'the gradient of Conv') as [number];
  const [batch, filters, rows, columns] = fixedShape(gradient.shape, 'the gradient of Conv') as [number, number, number, number];
  const sizes = { batch, filters, channels, rows, columns };
  return rows * columns >= filters ? weightGradientByImage(node, sizes) : weightGradientOverImages(node, sizes);
}

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
  const { kernel, pads } = geometry(node);
  const [kh, kw] = [kernel[0]!, kernel[1]!];
  const padded = paddedInput(graph, node.input(0), [0, 0, pads[0]!, pads[1]!, 0, 0, pads[2]!, pads[3]!]);
  const slices = windowSlices(node, padded, 2, { rows, columns });
  const windows = slices.length === 1 ? slices[0]! : graph.add('Concat', slices, { axis: 1 });
  const flat = graph.add('Reshape', [windows, graph.integers(batch, kh * kw * channels, rows * columns)]);
  const perImage = graph.add('MatMul', [
    graph.add('Reshape', [gradient, graph.integers(batch, filters, rows * columns)]),
    graph.add('Transpose', [flat], { perm: [0, 2, 1] }),
  ]);
  const summed = graph.add('ReduceSum', [perImage, graph.integers(0)], { keepdims: 0 });
  const byWindow = graph.add('Reshape', [summed, graph.integers(filters, kh, kw, channels)]);
  return graph.add('Transpose', [byWindow], { perm: [0, 3, 1, 2] });
}

function weightGradientOverImages(node: GradientContext, { filters, channels, rows, columns }: Sizes): Value {
  const { graph, gradient } = node;
  const { kernel, pads } = geometry(node);
  const [kh, kw] = [kernel[0]!, kernel[1]!];
  const channelsLast = graph.add('Transpose', [node.input(0)], { perm: [0, 2, 3, 1] });
  const padded = paddedInput(graph, channelsLast, [0, pads[0]!, pads[1]!, 0, 0, pads[2]!, pads[3]!, 0]);
  const slices = windowSlices(node, padded, 1, { rows, columns });
  const windows = slices.length === 1 ? slices[0]! : graph.add('Concat', slices, { axis: -1 });
  const flat = graph.add('Reshape', [windows, graph.integers(-1, kh * kw * channels)]);
  const gradients = graph.add('Reshape', [graph.add('Transpose', [gradient], { perm: [1, 0, 2, 3] }), graph.integers(filters, -1)]);
  const byWindow = graph.add('Reshape', [graph.add('MatMul', [gradients, flat]), graph.integers(filters, kh, kw, channels)]);
  return graph.add('Transpose', [byWindow], { perm: [0, 3, 1, 2] });
}

function paddedInput(graph: Graph, x: Value, pads: readonly number[]): Value {
  return pads.some((size) => size > 0) ? graph.add('Pad', [x, graph.integers(...pads)]) : x;
}

/** The input of every position, one slice for each element of the kernel; `axis` is that of the rows. */
function windowSlices(node: GradientContext, padded: Value, axis: 1 | 2, { rows, columns }: { rows: number; columns: number }): Value[] {
  const { graph } = node;
  const { kernel, strides } = geometry(node);
  const [down, right] = [strides[0]!, strides[1]!];
  const whole = down === 1 && right === 1 && padded.shape[axis] === rows && padded.shape[axis + 1] === columns;
  if (whole) return [padded];
  const slices: Value[] = [];
  for (let top = 0; top < kernel[0]!; top++) {
    for (let left = 0; left < kernel[1]!; left++) {
      const ends = graph.integers(top + (rows - 1) * down + 1, left + (columns - 1) * right + 1);
      slices.push(
        graph.add('Slice', [padded, graph.integers(top, left), ends, graph.integers(axis, axis + 1), graph.integers(down, right)]),
      );
    }
  }
  return slices;
}
