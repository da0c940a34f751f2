/** Images moved by a pixel, with zeros where nothing moves in: what the weights of a 3x3 convolution meet. */
import type { Graph } from '../../graph/graph.js';
import type { Value } from '../../graph/value.js';
import { blockedOperators } from './blocked-operators.js';

/** Down and to the right, pixels. */
type Shift = readonly [number, number];

/**
 * A convolution of each channel with a kernel of zeros and a one.
 * @param image blocked
 */
export function shifted(graph: Graph, image: Value, [down, right]: Shift, block: number): Value {
  if (down === 0 && right === 0) return image;
  const channels = image.shape[1] as number;
  const [kh, kw] = [1 + Math.abs(down), 1 + Math.abs(right)];
  // the pixel that moves here is the first of the kernel's, or the last
  const one = (down < 0 ? kh - 1 : 0) * kw + (right < 0 ? kw - 1 : 0);
  const values = Array.from({ length: channels * kh * kw }, (_, index) => (Math.floor(index / block) % (kh * kw) === one ? 1 : 0));
  const pads = [down > 0 ? 1 : 0, right > 0 ? 1 : 0, down < 0 ? 1 : 0, right < 0 ? 1 : 0];
  return graph.add(blockedOperators.conv, [image, graph.numbers('float32', values, [channels, 1, kh, kw]), null, null], {
    kernel_shape: [kh, kw],
    pads,
    group: channels,
  });
}
