/** The sum over images and pixels of the products of two blocked images' channels: what a convolution's weights gradient is made of. */
import type { Graph } from '../../graph/graph.js';
import type { Value } from '../../graph/value.js';
import { blockedOperators } from './blocked-operators.js';

/**
 * The pixels of all images as the channels of one: what a convolution is fed that computes the product. A group for each image where it has
 * a whole number of blocks of pixels; else one for all, up to a whole number of blocks, with zeros at the end.
 * @param pixels [N, H, W, S]
 * @returns blocked, [1, pixels, S / 8, 8]: the kernel computes some of a row at a time
 */
export function pixelsAsChannels(graph: Graph, pixels: Value, block: number): Value {
  const [images, height, width, narrow] = pixels.shape as [number, number, number, number];
  const { channels, rest } = sizes(images, height * width, block);
  const zeros = (): Value => graph.numbers('float32', new Array(rest * narrow).fill(0), [rest, narrow]);
  const flat = graph.add('Reshape', [pixels, graph.integers(channels - rest, narrow)]);
  const filled = rest === 0 ? flat : graph.add('Concat', [flat, zeros()], { axis: 0 });
  const blocks = graph.add('Reshape', [filled, graph.integers(channels / block, block, narrow, 1)]);
  return graph.add('Reshape', [graph.add(blockedOperators.reorderInput, [blocks]), graph.integers(1, channels, narrow / 8, 8)]);
}

/**
 * The product as a pointwise convolution whose channels are the pixels: up to 1.4 times as fast as a matrix product.
 * @param filters blocked, [N, L, H, W]
 * @param x the other operand, of `pixelsAsChannels`
 * @returns [L, S], or [S, L] where `turned`
 */
export function blockedPixelProduct(graph: Graph, filters: Value, x: Value, block: number, turned: boolean): Value {
  const [images, wide, height, width] = filters.shape as [number, number, number, number];
  const narrow = 8 * (x.shape[2] as number);
  const { groups } = sizes(images, height * width, block);
  const weights = groups === 1 ? filtersOverImages(graph, filters, block) : filtersByImage(graph, filters);
  const product = graph.add(blockedOperators.conv, [x, weights, null, null], { kernel_shape: [1, 1], group: groups });
  const plain = graph.add(blockedOperators.reorderOutput, [product], { channels: groups * wide, ...(turned && { channels_last: 1 }) });
  if (groups === 1) return graph.add('Reshape', [plain, graph.integers(...(turned ? [narrow, wide] : [wide, narrow]))]);
  const shape = turned ? [narrow, images, wide] : [images, wide, narrow];
  return graph.add('ReduceSum', [graph.add('Reshape', [plain, graph.integers(...shape)]), graph.integers(turned ? 1 : 0)], { keepdims: 0 });
}

/** @param area pixels of an image */
function sizes(images: number, area: number, block: number): { readonly groups: number; readonly channels: number; readonly rest: number } {
  const count = images * area;
  if (area % block === 0) return { groups: images, channels: count, rest: 0 };
  const channels = Math.ceil(count / block) * block;
  return { groups: 1, channels, rest: channels - count };
}

/** The blocked operand as it lies in memory. */
function filtersByImage(graph: Graph, filters: Value): Value {
  const [images, wide, height, width] = filters.shape as [number, number, number, number];
  return graph.add('Reshape', [filters, graph.integers(images * wide, height * width, 1, 1)]);
}

/** The pixels of all images in one row for each filter; what is repeated at its end meets zeros. */
function filtersOverImages(graph: Graph, filters: Value, block: number): Value {
  const [images, wide, height, width] = filters.shape as [number, number, number, number];
  const [area, parts] = [height * width, wide / block];
  const { channels } = sizes(images, area, block);
  const places = BigInt64Array.from({ length: parts * channels }, (_, index) => {
    const [part, pixel] = [Math.floor(index / channels), Math.min(index % channels, images * area - 1)];
    return BigInt((Math.floor(pixel / area) * parts + part) * area + (pixel % area));
  });
  const lines = graph.add('Reshape', [filters, graph.integers(images * parts * area, block)]);
  const order = graph.constant({ dataType: 'int64', shape: [places.length], data: places });
  return graph.add('Reshape', [graph.add('Gather', [lines, order], { axis: 0 }), graph.integers(wide, channels, 1, 1)]);
}
