/** From the pixels of images to the input of a backbone, inside the graph: training and serving share it. */

import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import { onnxDataTypes } from '../tensors/onnx-data-types.js';
import type { Backbone } from './backbone.js';

/**
 * @param pixels uint8 RGB, [N, H, W, 3]
 * @returns float32 [N, 3, H, W]: (pixels / 255 - mean) / standard deviation
 */
export function normalizePixels(
  graph: Graph,
  pixels: Value,
  { mean, standardDeviation }: Pick<Backbone, 'mean' | 'standardDeviation'>,
): Value {
  const channelsFirst = graph.add('Transpose', [pixels], { perm: [0, 3, 1, 2] });
  const floats = graph.add('Cast', [channelsFirst], { to: onnxDataTypes.float32 });
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
