/** The teacher of the shipped model: how far a degraded image is from its pristine one, on one scale for all images and degradations. */

import { labOfImage, lumaOfImage } from '#antonym/degrade/color/color-spaces.js';
import { structuralSimilarity } from '#antonym/degrade/fidelity.js';
import { resample } from '#antonym/degrade/filters/resample.js';
import type { Image } from '#antonym/images/image.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { halvedImage } from './halved-image.js';

/** An image and what the network makes of it: [1, C, H, W]. */
export interface Seen {
  readonly image: Image;
  readonly activations: readonly TensorData[];
}

/**
 * Distances of a degraded image to its pristine one, each 0 for an equal image: 1 - SSIM and GMSD at half size, where they agree with
 * opinion best (Wang's and Zhang's own rule for images of this size), light and color without detail, and one per layer of the network.
 */
export function distances(pristine: Seen, degraded: Seen): number[] {
  const [first, second] = [halvedImage(pristine.image), halvedImage(degraded.image)];
  return [
    1 - structuralSimilarity(first, second),
    gradientDeviation(first, second),
    colorDifference(pristine.image, degraded.image),
    ...pristine.activations.map((activations, layer) => activationDistance(activations, degraded.activations[layer]!)),
  ];
}

/**
 * The score that distances of many images give: the mean over the kinds of distance of the share of images that are nearer, negated.
 * @param rows `distances` of every image, 0 for pristine ones
 * @returns -1..0 per image, higher is better
 */
export function targets(rows: readonly (readonly number[])[]): number[] {
  const kinds = rows[0]!.length;
  const sorted = Array.from({ length: kinds }, (_, kind) => Float64Array.from(rows, (row) => row[kind]!).sort());
  return rows.map((row) => -row.reduce((sum, distance, kind) => sum + below(sorted[kind]!, distance) / rows.length, 0) / kinds);
}

/** Number of values of an ascending list below one. */
function below(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The mean CIE 1976 color difference of means over 8x8 pixels: wrong light and faded colors, whatever the detail. */
function colorDifference(first: Image, second: Image): number {
  const [a, b] = [coarseLab(first), coarseLab(second)];
  let sum = 0;
  for (let index = 0; index < a.lightness.length; index++) {
    const [red, yellow] = [a.ab[2 * index]! - b.ab[2 * index]!, a.ab[2 * index + 1]! - b.ab[2 * index + 1]!];
    sum += Math.hypot(a.lightness[index]! - b.lightness[index]!, red, yellow);
  }
  return sum / a.lightness.length;
}

function coarseLab({ width, height, data }: Image): ReturnType<typeof labOfImage> {
  const [narrow, low] = [width >> 3, height >> 3];
  const coarse = resample(new Float32Array(data), width, height, 3, narrow, low, 'box');
  return labOfImage({ width: narrow, height: low, data: Uint8Array.from(coarse, Math.round) });
}

/** Gradient magnitude similarity deviation (Xue, Zhang, Mou and Bovik, IEEE Transactions on Image Processing 23, 2014), of images that are halved already. */
function gradientDeviation(first: Image, second: Image): number {
  const [a, b] = [gradientMagnitudes(first), gradientMagnitudes(second)];
  const constant = 170;
  let [sum, squares] = [0, 0];
  for (let index = 0; index < a.length; index++) {
    const similarity = (2 * a[index]! * b[index]! + constant) / (a[index]! ** 2 + b[index]! ** 2 + constant);
    sum += similarity;
    squares += similarity * similarity;
  }
  return Math.sqrt(Math.max(0, squares / a.length - (sum / a.length) ** 2));
}

/** Prewitt's, inside the border. */
function gradientMagnitudes(image: Image): Float32Array {
  const { width, height } = image;
  const luma = lumaOfImage(image);
  const result = new Float32Array((width - 2) * (height - 2));
  for (let y = 1, at = 0; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++, at++) {
      const above = (y - 1) * width + x;
      const [here, under] = [above + width, above + 2 * width];
      const [aboveLeft, aboveRight, underLeft, underRight] = [luma[above - 1]!, luma[above + 1]!, luma[under - 1]!, luma[under + 1]!];
      const across = aboveLeft + luma[here - 1]! + underLeft - aboveRight - luma[here + 1]! - underRight;
      const down = aboveLeft + luma[above]! + aboveRight - underLeft - luma[under]! - underRight;
      result[at] = Math.hypot(across, down) / 3;
    }
  }
  return result;
}

/**
 * The mean over positions of the squared distance of the activations' directions: LPIPS without learned weights (Zhang et al. 2018,
 * arXiv 1801.03924, equation 1).
 */
function activationDistance(first: TensorData, second: TensorData): number {
  const [, channels, height, width] = first.shape as [number, number, number, number];
  const positions = height * width;
  const [a, b] = [first.data as Float32Array, second.data as Float32Array];
  const [scaleA, scaleB] = [inverseLengths(a, channels, positions), inverseLengths(b, channels, positions)];
  let sum = 0;
  for (let channel = 0, at = 0; channel < channels; channel++)
    for (let position = 0; position < positions; position++, at++) sum += (a[at]! * scaleA[position]! - b[at]! * scaleB[position]!) ** 2;
  return sum / positions;
}

function inverseLengths(values: Float32Array, channels: number, positions: number): Float64Array {
  const squares = new Float64Array(positions);
  for (let channel = 0, at = 0; channel < channels; channel++)
    for (let position = 0; position < positions; position++, at++) squares[position]! += values[at]! ** 2;
  return squares.map((square) => 1 / (Math.sqrt(square) + 1e-3));
}
