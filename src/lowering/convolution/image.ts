/** Images as the formulations of a convolution's gradients read them, however a machine lays their channels out in memory. */
import { type ConvolutionGeometry, windowStart } from '../../graph/convolution-geometry.js';
import type { Graph } from '../../graph/graph.js';
import { fixedShape, type Value } from '../../graph/value.js';

/** [N, C, H, W] */
export type ImageShape = readonly [number, number, number, number];
/** Rows and columns. */
export type ImageSize = readonly [number, number];

export interface Image {
  readonly shape: ImageShape;
  /** [N, C, H, W] */
  plain(): Value;
  /** [N, H, W, C] */
  channelsLast(): Value;
  /** [H, W, N, C] */
  pixelsFirst(): Value;
  /** Pixels that every position of an output meets: one image of its size for each element of the kernel, row by row. */
  windows(geometry: ConvolutionGeometry, size: ImageSize): readonly Image[];
  /**
   * The sum over all images and pixels of the products of both images' channels, [own channels, channels of the other]: where the layout has a
   * faster way than a product of matrices.
   */
  productWith?(other: Image): Value | undefined;
}

/** [N, C, H, W] from [H, W, N, C] */
export function plainOfPixelsFirst(graph: Graph, pixels: Value): Value {
  return graph.add('Transpose', [pixels], { perm: [2, 3, 0, 1] });
}

/** A gradient of weights, as a formulation is given it: both operands and how they meet. */
export interface WeightGradient {
  readonly graph: Graph;
  /** [N, C, H, W] */
  readonly x: Image;
  /** [N, M, h, w] */
  readonly gradient: Image;
  readonly geometry: ConvolutionGeometry;
}

/** An image as ONNX has it. */
export class PlainImage implements Image {
  readonly shape: ImageShape;

  constructor(
    private readonly graph: Graph,
    private readonly value: Value,
  ) {
    this.shape = fixedShape(value.shape, 'the gradient of Conv') as unknown as ImageShape;
  }

  plain(): Value {
    return this.value;
  }

  channelsLast(): Value {
    return this.graph.add('Transpose', [this.value], { perm: [0, 2, 3, 1] });
  }

  pixelsFirst(): Value {
    return this.graph.add('Transpose', [this.value], { perm: [2, 3, 0, 1] });
  }

  windows(geometry: ConvolutionGeometry, size: ImageSize): readonly Image[] {
    return slicedWindows(this.graph, this.value, 2, geometry, size).map((window) => new PlainImage(this.graph, window));
  }
}

/** The windows of images with zeros around, where rows and columns are two neighboring axes from `axis` on; one, uncut, where it covers all. */
export function slicedWindows(graph: Graph, images: Value, axis: 1 | 2, geometry: ConvolutionGeometry, size: ImageSize): readonly Value[] {
  const { kernel, strides, pads } = geometry;
  const around = [0, 2].flatMap((side) => images.shape.map((_, own) => (own === axis || own === axis + 1 ? pads[side + own - axis]! : 0)));
  const padded = pads.some((zeros) => zeros > 0) ? graph.add('Pad', [images, graph.integers(...around)]) : images;
  const [rows, columns] = size;
  const [down, right] = strides as [number, number];
  if (down === 1 && right === 1 && padded.shape[axis] === rows && padded.shape[axis + 1] === columns) return [padded];
  return Array.from({ length: kernel[0]! * kernel[1]! }, (_, element) => {
    const [top, left] = windowStart(geometry, element);
    const ends = graph.integers(top + (rows - 1) * down + 1, left + (columns - 1) * right + 1);
    return graph.add('Slice', [padded, graph.integers(top, left), ends, graph.integers(axis, axis + 1), graph.integers(down, right)]);
  });
}
