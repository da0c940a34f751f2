/** From the pixels of images to the input of a backbone, inside the graph: training and serving share it. */

import type { Graph } from '../graph/graph.js';
import { linearResize } from '../graph/operators/resize.js';
import type { Value } from '../graph/value.js';
import { onnxDataTypes } from '../tensors/onnx-data-types.js';
import type { Backbone } from './backbone.js';

/**
 * @param pixels uint8 RGB, [N, H, W, 3]
 * @param squashedTo side of the squares that images become by bilinear interpolation at half-pixel centers, without smoothing (an image of that
 * size stays as it is, bit by bit); default: they keep their size. The weights of interpolation sum to 1, so that it does not matter whether
 * pixels are normalized before or after.
 * @returns float32 [N, 3, H, W]: (pixels / 255 - mean) / standard deviation
 */
export function normalizePixels(
  graph: Graph,
  pixels: Value,
  { mean, standardDeviation }: Pick<Backbone, 'mean' | 'standardDeviation'>,
  squashedTo?: number,
): Value {
  // TensorRT takes uint8 inputs at Cast alone: github.com/NVIDIA/TensorRT/issues/3985
  const original = graph.add('Cast', [pixels], { to: onnxDataTypes.float32 });
  const channelsFirst = graph.add('Transpose', [original], { perm: [0, 3, 1, 2] });
  const floats = squashedTo === undefined ? channelsFirst : squash(graph, channelsFirst, squashedTo);
  const factor = graph.numbers(
    'float32',
    standardDeviation.map((deviation) => 1 / (255 * deviation)),
    [1, 3, 1, 1],
  );
  const offset = graph.numbers(
    'float32',
    mean.map((value, channel) => -value / standardDeviation[channel]!),
    [1, 3, 1, 1],
  );
  return graph.add('Add', [graph.add('Mul', [floats, factor]), offset]);
}

function squash(graph: Graph, pixels: Value, side: number): Value {
  const kept = graph.add('Slice', [graph.add('Shape', [pixels]), graph.integers(0), graph.integers(2)]);
  const sizes = graph.add('Concat', [kept, graph.integers(side, side)], { axis: 0 });
  return graph.add('Resize', [pixels, null, null, sizes], linearResize);
}
