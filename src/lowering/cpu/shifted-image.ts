/** Images moved by a pixel, with zeros where nothing moves in: what the weights of a 3x3 convolution meet. */
import type { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import { blockedOperators } from './blocked-operators.js';

/** Down and to the right, pixels. */
type Shift = readonly [number, number];

/** What a Slice is of: an image, padded so that what is cut out is as large, is moved by one pixel at most. */
export function shiftOf({ inputs, outputs }: Node): { readonly of: Value; readonly by: Shift } | undefined {
  const [padded, starts, , axes, steps] = inputs as [Value, Value, Value, Value | undefined, Value | undefined];
  const [of, pads] = padded.producer?.operator === 'Pad' ? (padded.producer.inputs as [Value, Value]) : [];
  const isImage = axes?.elements?.join() === '2,3' && (steps?.elements?.every((step) => step === 1) ?? true);
  if (!of || !isImage || of.shape.join() !== outputs[0]!.shape.join()) return undefined;
  const [, , top, left] = pads!.elements as readonly number[];
  const [y, x] = starts.elements as readonly number[];
  const by = [top! - y!, left! - x!] as const;
  return by.every((distance) => Math.abs(distance) <= 1) ? { of, by } : undefined;
}

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
