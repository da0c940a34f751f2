/** The gradient of a pointwise convolution's weights, a product over the pixels of all images, in plain graphs and with blocked channels. */
import type { Graph } from '../graph.js';
import type { Node } from '../operator.js';
import type { Value } from '../value.js';
import { blockedOperators } from './blocked-operators.js';

/** What [N, M, H, W] and [N, C, H, W] give [M, C] of: the sum over images and pixels of every product of their channels. */
export interface PixelProduct {
  readonly rows: Value;
  readonly columns: Value;
}

/** The operands, where a node is the last of those that compute such a product: of all images at once, or of each and their sum. */
export function pixelProductOf(node: Node): PixelProduct | undefined {
  const product = node.operator === 'MatMul' ? node : sumOverImages(node);
  if (!product) return undefined;
  const [first, second] = product.inputs as [Value, Value];
  if (product === node) return operands(pixelsByChannels(turned(first, '1,0')), pixelsByChannels(second));
  return operands(channelsByPixels(first), channelsByPixels(turned(second, '0,2,1')));
}

function operands(rows: Value | undefined, columns: Value | undefined): PixelProduct | undefined {
  const fits = rows && columns && [0, 2, 3].every((axis) => rows.shape[axis] === columns.shape[axis]);
  return fits ? { rows, columns } : undefined;
}

function sumOverImages({ operator, inputs: [x, axes], attributes }: Node): Node | undefined {
  const isSum = operator === 'ReduceSum' && axes?.elements?.join() === '0' && attributes.keepdims === 0;
  return isSum && x?.producer?.operator === 'MatMul' ? x.producer : undefined;
}

/** What a value is the transpose of. */
function turned({ producer }: Value, perm: string): Value | undefined {
  return producer?.operator === 'Transpose' && String(producer.attributes.perm) === perm ? producer.inputs[0]! : undefined;
}

/** [N, C, H, W] of [N H W, C] */
function pixelsByChannels(value: Value | undefined): Value | undefined {
  const channelsLast = value?.shape.length === 2 ? reshaped(value) : undefined;
  const x = channelsLast && turned(channelsLast, '0,2,3,1');
  return x?.shape[1] === value?.shape[1] ? x : undefined;
}

/** [N, C, H, W] of [N, C, H W] */
function channelsByPixels(value: Value | undefined): Value | undefined {
  const x = value?.shape.length === 3 ? reshaped(value) : undefined;
  return x?.shape.length === 4 && [0, 1].every((axis) => x.shape[axis] === value!.shape[axis]) ? x : undefined;
}

function reshaped({ producer }: Value): Value | undefined {
  return producer?.operator === 'Reshape' ? producer.inputs[0]! : undefined;
}

/**
 * The product as a pointwise convolution whose channels are the pixels: up to 1.4 times as fast as a matrix product.
 * @param filters blocked, [N, L, H, W]
 * @param pixels [N, H, W, S]
 * @returns [L, S], or [S, L] where `turned`
 */
export function blockedPixelProduct(graph: Graph, filters: Value, pixels: Value, block: number, turned: boolean): Value {
  const [images, wide, height, width] = filters.shape as [number, number, number, number];
  const narrow = pixels.shape[3] as number;
  const fits = (height * width) % block === 0;
  const { weights, positions, groups } = fits ? byImage(graph, filters, pixels) : overImages(graph, filters, pixels, block);
  const channels = positions.shape[0] as number;
  const blocks = graph.add('Reshape', [positions, graph.integers(channels / block, block, narrow, 1)]);
  // rows of eight: the kernel computes some of a row at a time
  const x = graph.add('Reshape', [graph.add(blockedOperators.reorderInput, [blocks]), graph.integers(1, channels, narrow / 8, 8)]);
  const product = graph.add(blockedOperators.conv, [x, weights, null, null], { kernel_shape: [1, 1], group: groups });
  const plain = graph.add(blockedOperators.reorderOutput, [product], { channels: groups * wide, ...(turned && { channels_last: 1 }) });
  if (groups === 1) return graph.add('Reshape', [plain, graph.integers(...(turned ? [narrow, wide] : [wide, narrow]))]);
  const shape = turned ? [narrow, images, wide] : [images, wide, narrow];
  return graph.add('ReduceSum', [graph.add('Reshape', [plain, graph.integers(...shape)]), graph.integers(turned ? 1 : 0)], { keepdims: 0 });
}

/** Of a convolution: its filters, and its input as [channels, S]. */
interface Operands {
  readonly weights: Value;
  readonly positions: Value;
  readonly groups: number;
}

/** A group for each image: the filters are the blocked operand as it lies in memory. */
function byImage(graph: Graph, filters: Value, pixels: Value): Operands {
  const [images, wide, height, width] = filters.shape as [number, number, number, number];
  return {
    weights: graph.add('Reshape', [filters, graph.integers(images * wide, height * width, 1, 1)]),
    positions: graph.add('Reshape', [pixels, graph.integers(images * height * width, pixels.shape[3] as number)]),
    groups: images,
  };
}

/** The pixels of all images, up to a whole number of blocks: what the filters repeat there meets zeros. */
function overImages(graph: Graph, filters: Value, pixels: Value, block: number): Operands {
  const [images, wide, height, width] = filters.shape as [number, number, number, number];
  const [area, narrow] = [height * width, pixels.shape[3] as number];
  const count = Math.ceil((images * area) / block) * block;
  const places = BigInt64Array.from({ length: (wide / block) * count }, (_, index) => {
    const [part, pixel] = [Math.floor(index / count), Math.min(index % count, images * area - 1)];
    return BigInt((Math.floor(pixel / area) * (wide / block) + part) * area + (pixel % area));
  });
  const lines = graph.add('Reshape', [filters, graph.integers((images * wide * area) / block, block)]);
  const gathered = graph.add('Gather', [lines, graph.constant({ dataType: 'int64', shape: [places.length], data: places })], { axis: 0 });
  const flat = graph.add('Reshape', [pixels, graph.integers(images * area, narrow)]);
  const rest = count - images * area;
  return {
    weights: graph.add('Reshape', [gathered, graph.integers(wide, count, 1, 1)]),
    positions:
      rest === 0
        ? flat
        : graph.add('Concat', [flat, graph.numbers('float32', new Array(rest * narrow).fill(0), [rest, narrow])], { axis: 0 }),
    groups: 1,
  };
}
