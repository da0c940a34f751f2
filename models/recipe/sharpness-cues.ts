/** Numbers that describe the detail, noise, tones and colours of an image, computed by operators so that they are part of a model. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';

/** Of an image at full, half and quarter size. */
const scales = 3;
/** The side of the windows that see whether anything in the image is sharp, pixels at full size. */
const windowSide = 32;
/** ITU-R BT.601: luma 0..1, and red and blue without it. */
const lumaWeights = [0.299, 0.587, 0.114] as const;
const chromaWeights = [
  [0.5, -0.419, -0.081],
  [-0.169, -0.331, 0.5],
] as const;
/** In a 3x3 window: the middle, and the neighbours to the right, below, to the lower right and to the lower left. */
const places = [4, 5, 7, 8, 6] as const;
/** The first cue is `sharpness`: the logarithm of the variance of the Laplacian of the luma. */
export const sharpnessCue = 0;

/**
 * @param pixels [N, 3, H, W], 0..1
 * @returns each [N, 1] or [N, 2]
 */
export function sharpnessCues(graph: Graph, pixels: Value): Value[] {
  const colors = filter(graph, pixels, [lumaWeights, ...chromaWeights], 1, 0);
  const luma = channels(graph, colors, 0, 1);
  const cues: Value[] = [];
  let image = graph.add('Mul', [luma, 255]);
  for (let scale = 0; scale < scales; scale++) {
    if (scale > 0) image = halved(graph, image);
    cues.push(...laplacianCues(graph, image, windowSide >> scale), ...naturalnessCues(graph, image));
  }
  return [...cues, ...toneCues(graph, luma, channels(graph, colors, 1, 3))];
}

/** The mean of 2x2 pixels. */
export function halved(graph: Graph, image: Value): Value {
  return graph.add('AveragePool', [image], { kernel_shape: [2, 2], strides: [2, 2] });
}

/** Detail: of the whole image, of its sharpest and its softest window, and how it is spread. */
function laplacianCues(graph: Graph, image: Value, side: number): Value[] {
  const edges = centered(graph, filter(graph, image, [[0, 1, 0, 1, -4, 1, 0, 1, 0]], 3, 0));
  const squares = graph.add('Mul', [edges, edges]);
  const pooled = graph.add('AveragePool', [squares], { kernel_shape: [side, side], strides: [side, side] });
  const windows = logarithm(graph, pooled, 1);
  const largest = (value: Value): Value => graph.add('ReduceMax', [value, graph.integers(2, 3)], { keepdims: 0 });
  return [
    logarithm(graph, mean(graph, squares), 0.01),
    logarithm(graph, mean(graph, graph.add('Mul', [squares, squares])), 1),
    logarithm(graph, mean(graph, graph.add('Abs', [edges])), 0.1),
    mean(graph, windows),
    largest(windows),
    graph.add('Neg', [largest(graph.add('Neg', [windows]))]),
    deviation(graph, windows, 1e-4),
  ];
}

/**
 * Statistics of locally normalised luma, which are alike in all pristine photographs (Mittal, Moorthy and Bovik, "No-reference image quality
 * assessment in the spatial domain", IEEE Transactions on Image Processing 21, 2012), as moments rather than fitted distributions.
 */
function naturalnessCues(graph: Graph, image: Value): Value[] {
  const weights = gaussian(7, 7 / 6);
  const difference = filter(graph, image, [weights.map((weight, index) => (index === 24 ? 1 : 0) - weight)], 7, 0);
  // of the differences, not the difference of two means of squares, which would be noise where the image is plain
  const variance = filter(graph, graph.add('Mul', [difference, difference]), [weights], 7, 3);
  const contrast = graph.add('Sqrt', [graph.add('Add', [variance, 0.01])]);
  const normalized = graph.add('Div', [difference, graph.add('Add', [contrast, 1])]);
  const power = graph.add('Mul', [normalized, normalized]);
  const energy = mean(graph, power);
  const fourth = mean(graph, graph.add('Mul', [power, power]));
  const flatness = graph.add('Div', [fourth, graph.add('Add', [graph.add('Mul', [energy, energy]), 1e-6])]);
  const moved = filter(graph, normalized, places.map(impulse), 3, 0);
  const products = graph.add('Mul', [channels(graph, moved, 0, 1), channels(graph, moved, 1, places.length)]);
  const logContrast = logarithm(graph, contrast, 1);
  return [
    mean(graph, graph.add('Abs', [normalized])),
    energy,
    graph.add('Log', [flatness]),
    mean(graph, graph.add('Relu', [products])),
    mean(graph, graph.add('Relu', [graph.add('Neg', [products])])),
    mean(graph, logContrast),
    deviation(graph, logContrast, 1e-4),
  ];
}

/** Brightness, contrast, the shares of black and of blown-out pixels, and colourfulness. */
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

/** A convolution. @param kernels one per channel of the result, [channels of the image, side, side] each */
function filter(graph: Graph, image: Value, kernels: readonly (readonly number[])[], side: number, padding: number): Value {
  const depth = kernels[0]!.length / side ** 2;
  const weights = graph.numbers('float32', kernels.flat(), [kernels.length, depth, side, side]);
  const pads = [padding, padding, padding, padding];
  return graph.add('Conv', [image, weights], { kernel_shape: [side, side], pads });
}

/** The kernel of side 3 that moves a place to the middle. */
function impulse(place: number): number[] {
  return Array.from({ length: 9 }, (_, index) => (index === place ? 1 : 0));
}

function channels(graph: Graph, image: Value, from: number, to: number): Value {
  return graph.add('Slice', [image, graph.integers(from), graph.integers(to), graph.integers(1)]);
}

function gaussian(side: number, sigma: number): number[] {
  const middle = (side - 1) / 2;
  const weights = Array.from({ length: side ** 2 }, (_, index) => {
    const [x, y] = [(index % side) - middle, Math.floor(index / side) - middle];
    return Math.exp(-(x * x + y * y) / (2 * sigma * sigma));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Over the image, [N, C]. */
export function mean(graph: Graph, value: Value): Value {
  return graph.add('ReduceMean', [value, graph.integers(2, 3)], { keepdims: 0 });
}

function centered(graph: Graph, value: Value): Value {
  return graph.add('Sub', [value, graph.add('ReduceMean', [value, graph.integers(2, 3)])]);
}

/** Over the image, [N, C]; the constant keeps that of a plain one, and its gradient, finite. */
function deviation(graph: Graph, value: Value, added: number): Value {
  const difference = centered(graph, value);
  return graph.add('Sqrt', [graph.add('Add', [mean(graph, graph.add('Mul', [difference, difference])), added])]);
}

function logarithm(graph: Graph, value: Value, added: number): Value {
  return graph.add('Log', [graph.add('Add', [value, added])]);
}
