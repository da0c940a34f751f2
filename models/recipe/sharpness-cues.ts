/** Numbers that describe the detail, tones and colors of an image, computed by operators so that they are part of a model. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';

/** Cues of an image at full, half and quarter size. */
const scales = 3;
/** The side of the windows that see whether anything in the image is sharp, pixels at full size. */
const windowSide = 32;
/** ITU-R BT.601: luma 0..1, and red and blue without it. */
export const lumaWeights = [0.299, 0.587, 0.114] as const;
export const chromaWeights = [
  [0.5, -0.419, -0.081],
  [-0.169, -0.331, 0.5],
] as const;
/** The first cue is `sharpness`: the logarithm of the variance of the Laplacian of the luma. */
export const sharpnessCue = 0;

/**
 * @param pixels [N, 3, H, W], 0..1
 * @returns each [N, 1] or [N, 2]
 */
export function sharpnessCues(graph: Graph, pixels: Value): Value[] {
  const colors = filter(graph, pixels, [lumaWeights, ...chromaWeights], 1);
  const luma = channels(graph, colors, 0, 1);
  const cues: Value[] = [];
  let image = graph.add('Mul', [luma, 255]);
  for (let scale = 0; scale < scales; scale++) {
    if (scale > 0) image = halved(graph, image);
    cues.push(...laplacianCues(graph, image, windowSide >> scale));
  }
  return [...cues, ...toneCues(graph, luma, channels(graph, colors, 1, 3))];
}

/** The mean of 2x2 pixels. */
export function halved(graph: Graph, image: Value): Value {
  return graph.add('AveragePool', [image], { kernel_shape: [2, 2], strides: [2, 2] });
}

/** Detail: of the whole image, of its sharpest and its softest window, and how it is spread. */
function laplacianCues(graph: Graph, image: Value, side: number): Value[] {
  const edges = centered(graph, filter(graph, image, [[0, 1, 0, 1, -4, 1, 0, 1, 0]], 3));
  const squares = graph.add('Mul', [edges, edges]);
  const pooled = graph.add('AveragePool', [squares], { kernel_shape: [side, side], strides: [side, side] });
  const windows = logarithm(graph, pooled, 1);
  return [
    logarithm(graph, mean(graph, squares), 0.01),
    logarithm(graph, mean(graph, graph.add('Mul', [squares, squares])), 1),
    logarithm(graph, mean(graph, graph.add('Abs', [edges])), 0.1),
    mean(graph, windows),
    largest(graph, windows),
    graph.add('Neg', [largest(graph, graph.add('Neg', [windows]))]),
    deviation(graph, windows, 1e-4),
  ];
}

/** Brightness, contrast, the shares of black and of blown-out pixels, and colorfulness. */
function toneCues(graph: Graph, luma: Value, chroma: Value): Value[] {
  const share = (distance: Value, steepness: number): Value => mean(graph, graph.add('Sigmoid', [graph.add('Mul', [distance, steepness])]));
  return [
    mean(graph, luma),
    deviation(graph, luma, 1e-6),
    share(graph.add('Sub', [0.1, luma]), 40),
    share(graph.add('Sub', [luma, 0.95]), 60),
    mean(graph, graph.add('Abs', [chroma])),
    deviation(graph, chroma, 1e-6),
  ];
}

/** A convolution without padding. @param kernels one per channel of the result, [channels of the image, side, side] each */
export function filter(graph: Graph, image: Value, kernels: readonly (readonly number[])[], side: number): Value {
  const depth = kernels[0]!.length / side ** 2;
  const weights = graph.numbers('float32', kernels.flat(), [kernels.length, depth, side, side]);
  return graph.add('Conv', [image, weights], { kernel_shape: [side, side] });
}

export function channels(graph: Graph, image: Value, from: number, to: number): Value {
  return graph.add('Slice', [image, graph.integers(from), graph.integers(to), graph.integers(1)]);
}

/** Over the image, [N, C]. */
export function largest(graph: Graph, value: Value): Value {
  return graph.add('ReduceMax', [value, graph.integers(2, 3)], { keepdims: 0 });
}

/** Over the image, [N, C]. */
export function mean(graph: Graph, value: Value): Value {
  return graph.add('Squeeze', [imageMean(graph, value), graph.integers(2, 3)]);
}

/** Over the image, [N, C, 1, 1]: of rows, then of their means. Some kernels of ONNX Runtime add up a plane number by number, and lose digits. */
export function imageMean(graph: Graph, value: Value): Value {
  return graph.add('ReduceMean', [graph.add('ReduceMean', [value, graph.integers(3)]), graph.integers(2)]);
}

function centered(graph: Graph, value: Value): Value {
  return graph.add('Sub', [value, imageMean(graph, value)]);
}

/** Over the image, [N, C]; the constant keeps that of a plain one, and its gradient, finite. */
export function deviation(graph: Graph, value: Value, added: number): Value {
  const difference = centered(graph, value);
  return graph.add('Sqrt', [graph.add('Add', [mean(graph, graph.add('Mul', [difference, difference])), added])]);
}

export function logarithm(graph: Graph, value: Value, added: number): Value {
  return graph.add('Log', [graph.add('Add', [value, added])]);
}

/** Cut off at 0 and 1. */
export function clipped(graph: Graph, value: Value): Value {
  return graph.add('Clip', [value, graph.numbers('float32', 0), graph.numbers('float32', 1)]);
}
