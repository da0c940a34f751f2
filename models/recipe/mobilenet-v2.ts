/** MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381) as Keras builds it, with given weights; batch normalization folded into convolutions. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';

/** Strides of the blocks after the first. */
const strides = [2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1] as const;
/** Blocks that add their input: those of stride 1 that keep the number of channels. */
const residual: ReadonlySet<number> = new Set([2, 4, 5, 7, 8, 9, 11, 12, 14, 15]);
const epsilon = 1e-3;

/**
 * Adds the layers up to one convolution.
 * @param pixels [N, 3, H, W], 0..1
 * @param weights by Keras's names
 * @param last the name of the last layer: `block_1_expand` ... `block_16_expand` or `Conv_1`
 * @returns the outputs, before their activations, of the convolutions that widen, by name, [N, C, H, W]
 */
export function mobileNetV2(
  graph: Graph,
  pixels: Value,
  weights: ReadonlyMap<string, TensorData>,
  last: string,
): ReadonlyMap<string, Value> {
  const taps = new Map<string, Value>();
  const convolve = (input: Value, name: string, norm: string, stride = 1): Value => folded(graph, input, weights, name, norm, stride);
  const clipped = (value: Value): Value => graph.add('Clip', [value, 0, 6]);
  let value = clipped(convolve(pixels, 'Conv1', 'bn_Conv1', 2));
  value = clipped(convolve(value, 'expanded_conv_depthwise', 'expanded_conv_depthwise_BN'));
  value = convolve(value, 'expanded_conv_project', 'expanded_conv_project_BN');
  for (const [index, stride] of strides.entries()) {
    const block = `block_${index + 1}`;
    const expanded = convolve(value, `${block}_expand`, `${block}_expand_BN`);
    taps.set(`${block}_expand`, expanded);
    if (last === `${block}_expand`) return taps;
    const filtered = clipped(convolve(clipped(expanded), `${block}_depthwise`, `${block}_depthwise_BN`, stride));
    const projected = convolve(filtered, `${block}_project`, `${block}_project_BN`);
    value = residual.has(index + 1) ? graph.add('Add', [value, projected]) : projected;
  }
  taps.set('Conv_1', convolve(value, 'Conv_1', 'Conv_1_bn'));
  if (last !== 'Conv_1') throw new Error(`MobileNetV2 has no layer ${last} to end with`);
  return taps;
}

/** w' = w gamma / sqrt(variance + epsilon), b' = beta - mean gamma / sqrt(variance + epsilon) */
function folded(graph: Graph, input: Value, weights: ReadonlyMap<string, TensorData>, name: string, norm: string, stride: number): Value {
  const of = (key: string): TensorData => {
    const tensor = weights.get(key);
    if (!tensor) throw new Error(`the weights of MobileNetV2 have no ${key}`);
    return tensor;
  };
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(
    (key) => of(`${norm}/${key}`).data as Float32Array,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const factor = gamma.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  const isDepthwise = name.endsWith('_depthwise');
  const kernel = of(`${name}/${isDepthwise ? 'depthwise_kernel' : 'kernel'}`);
  // [kh, kw, inputs, filters]; depthwise: [kh, kw, channels, 1]
  const [height, width, inputs, filters] = kernel.shape as [number, number, number, number];
  const [count, depth] = isDepthwise ? [inputs, 1] : [filters, inputs];
  const data = new Float32Array(kernel.data.length);
  for (let filter = 0, at = 0; filter < count; filter++) {
    for (let channel = 0; channel < depth; channel++) {
      for (let place = 0; place < height * width; place++, at++) {
        const source = isDepthwise ? place * inputs + filter : (place * inputs + channel) * filters + filter;
        data[at] = Number(kernel.data[source]) * factor[filter]!;
      }
    }
  }
  const weight = constant(graph, `mobilenet.${name}.weight`, [count, depth, height, width], data);
  const bias = constant(
    graph,
    `mobilenet.${name}.bias`,
    [count],
    beta.map((value, channel) => value - mean[channel]! * factor[channel]!),
  );
  // Keras pads strided convolutions of even sizes on the right and below only
  const pads = height === 1 ? [0, 0, 0, 0] : stride === 2 ? [0, 0, 1, 1] : [1, 1, 1, 1];
  const attributes = { kernel_shape: [height, width], strides: [stride, stride], pads, group: isDepthwise ? count : 1 };
  return graph.add('Conv', [input, weight, bias], attributes);
}

/** The same network at two scales has its weights once. */
function constant(graph: Graph, name: string, shape: readonly number[], data: Float32Array): Value {
  for (const [value] of graph.allConstants()) if (value.name === name) return value;
  return graph.constant({ dataType: 'float32', shape, data }, name);
}
