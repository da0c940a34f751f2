/** An image with blocked channels, see `blockedOperators`: what it is in other layouts, and its windows. */
import { type ConvolutionGeometry, windowStart } from '../../graph/convolution-geometry.js';
import type { Graph } from '../../graph/graph.js';
import type { Value } from '../../graph/value.js';
import { type Image, type ImageShape, type ImageSize, PlainImage } from '../convolution/image.js';
import { blockedOperators } from './blocked-operators.js';
import { blockedPixelProduct, pixelsAsChannels } from './pixel-product.js';
import { shifted } from './shifted-image.js';

export class BlockedImage implements Image {
  readonly shape: ImageShape;

  /**
   * @param blocked under its logical shape
   * @param known the plain image, where there is one already
   * @param isWindow true for one that is cut out of another
   */
  constructor(
    private readonly graph: Graph,
    private readonly block: number,
    readonly blocked: Value,
    private readonly known?: Value,
    private readonly isWindow = false,
  ) {
    this.shape = blocked.shape as unknown as ImageShape;
  }

  plain(): Value {
    return this.known ?? this.graph.add(blockedOperators.reorderOutput, [this.blocked], { channels: this.shape[1] });
  }

  channelsLast(): Value {
    return this.graph.add(blockedOperators.reorderOutput, [this.blocked], { channels: this.shape[1], channels_last: 1 });
  }

  /** To blocks, the channels of all images are as good as those of one. */
  pixelsFirst(): Value {
    const { graph } = this;
    const [images, channels, height, width] = this.shape;
    const joined = graph.add('Reshape', [this.blocked, graph.integers(1, images * channels, height, width)]);
    const last = graph.add(blockedOperators.reorderOutput, [joined], { channels: images * channels, channels_last: 1 });
    return graph.add('Reshape', [last, graph.integers(height, width, images, channels)]);
  }

  windows(geometry: ConvolutionGeometry, size: ImageSize): readonly Image[] {
    const { graph, block } = this;
    const { kernel, strides, pads } = geometry;
    if (strides.some((stride) => stride !== 1)) return new PlainImage(graph, this.plain()).windows(geometry, size);
    const [, , height, width] = this.shape;
    const [top, left, bottom, right] = pads as [number, number, number, number];
    const isWhole = height + top + bottom === size[0] && width + left + right === size[1];
    const padded = pads.some((zeros) => zeros > 0) ? paddedImage(graph, this.blocked, [top, left, bottom, right], block) : this.blocked;
    if (isWhole) return [padded === this.blocked ? this : new BlockedImage(graph, block, padded)];
    return Array.from({ length: kernel[0]! * kernel[1]! }, (_, element) => {
      const start = windowStart(geometry, element);
      const by = [top - start[0], left - start[1]] as const;
      // by a kernel that uses all threads, where Pad and Slice use one
      const isShift = size[0] === height && size[1] === width && by.every((distance) => Math.abs(distance) <= 1);
      const window = isShift ? shifted(graph, this.blocked, by, block) : cutImage(graph, padded, start, size, block);
      return new BlockedImage(graph, block, window, undefined, true);
    });
  }

  /** One operand has to be turned: that with fewer channels, or that which meets windows of the other. */
  productWith(other: Image): Value | undefined {
    if (!(other instanceof BlockedImage)) return undefined;
    const turned = other.isWindow || other.shape[1] > this.shape[1];
    const [filters, narrow] = turned ? [other, this] : [this, other];
    const pixels = pixelsAsChannels(this.graph, narrow.channelsLast(), this.block);
    return blockedPixelProduct(this.graph, filters.blocked, pixels, this.block, turned);
  }
}

/**
 * From [H, W, N, C].
 * @param shape [N, C, H, W]
 */
export function blockedOfPixelsFirst(graph: Graph, pixels: Value, [images, channels, height, width]: ImageShape): Value {
  const last = graph.add('Reshape', [pixels, graph.integers(1, height, width, images * channels)]);
  const joined = graph.add(blockedOperators.reorderInput, [last], { channels_last: 1 });
  return graph.add('Reshape', [joined, graph.integers(images, channels, height, width)]);
}

/** Zeros around a blocked image: top, left, bottom, right. */
export function paddedImage(graph: Graph, blocked: Value, [top, left, bottom, right]: readonly number[], block: number): Value {
  const [images, channels, height, width] = blocked.shape as unknown as ImageShape;
  const window = graph.add('Pad', [lines(graph, blocked, block), graph.integers(0, top!, left!, 0, 0, bottom!, right!, 0)]);
  return graph.add('Reshape', [window, graph.integers(images, channels, height + top! + bottom!, width + left! + right!)]);
}

/** A part of a blocked image. */
export function cutImage(graph: Graph, blocked: Value, [top, left]: ImageSize, [rows, columns]: ImageSize, block: number): Value {
  const [images, channels] = blocked.shape as unknown as ImageShape;
  const ends = graph.integers(top + rows, left + columns);
  const window = graph.add('Slice', [lines(graph, blocked, block), graph.integers(top, left), ends, graph.integers(1, 2)]);
  return graph.add('Reshape', [window, graph.integers(images, channels, rows, columns)]);
}

/** Axes before and behind those of pixels lie together in memory. */
function lines(graph: Graph, blocked: Value, block: number): Value {
  const [images, channels, height, width] = blocked.shape as unknown as ImageShape;
  return graph.add('Reshape', [blocked, graph.integers((images * channels) / block, height, width, block)]);
}
