/** Interpolation of a row of samples as a matrix: resizing is a product with it, and so is its gradient. */

/** The attributes of ONNX's operator Resize that say how. */
export interface Interpolation {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  /** Where samples lie: `coordinate_transformation_mode`. */
  readonly positions: 'half_pixel' | 'half_pixel_symmetric' | 'pytorch_half_pixel' | 'align_corners' | 'asymmetric';
  readonly nearest?: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
  /** Of cubic interpolation. */
  readonly coefficient?: number;
  /** Samples beyond the ends do not count, instead of repeating the last: of cubic interpolation. */
  readonly excludesOutside?: boolean;
  /** To fewer samples, each is the mean of all that it stands for. */
  readonly smooths?: boolean;
  /** New samples for each old one; default: `to / from`. */
  readonly scale?: number;
}

/** PyTorch's choice, and one of the two common ones (Keys 1981, Cubic Convolution Interpolation for Digital Image Processing). */
export const cubicCoefficient = -0.75;

/** As torch.nn.functional.interpolate(mode='bicubic', align_corners=False) does. */
const usual: Interpolation = { mode: 'cubic', positions: 'half_pixel' };

/**
 * The weights of `from` samples in each of `to` samples of the same row (ONNX 1.16, operator Resize). Edges are repeated.
 * @returns [to, from], rows that sum to 1
 */
export function interpolationMatrix(from: number, to: number, how: Interpolation = usual): Float64Array {
  const { mode, coefficient = cubicCoefficient } = how;
  const scale = how.scale ?? to / from;
  const reach = how.smooths ? Math.max(1, 1 / scale) : 1;
  const weightOf = (distance: number): number =>
    mode === 'cubic' ? cubic(distance / reach, coefficient) : Math.max(0, 1 - distance / reach);
  const width = (mode === 'cubic' ? 2 : 1) * reach;
  const matrix = new Float64Array(to * from);
  for (let row = 0; row < to; row++) {
    const position = positionOf(row, from, to, scale, how);
    const weights = matrix.subarray(row * from, (row + 1) * from);
    if (mode === 'nearest') {
      weights[Math.min(Math.max(rounded(position, how.nearest), 0), from - 1)] = 1;
      continue;
    }
    for (let neighbour = Math.floor(position - width) + 1; neighbour < position + width; neighbour++) {
      if (how.excludesOutside && (neighbour < 0 || neighbour >= from)) continue;
      weights[Math.min(Math.max(neighbour, 0), from - 1)]! += weightOf(Math.abs(position - neighbour));
    }
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (let column = 0; column < from; column++) weights[column]! /= sum;
  }
  return matrix;
}

/** Where a new sample lies among the old ones. */
function positionOf(index: number, from: number, to: number, scale: number, { positions }: Interpolation): number {
  const ofCenters = (index + 0.5) / scale - 0.5;
  switch (positions) {
    case 'half_pixel':
      return ofCenters;
    case 'half_pixel_symmetric':
      return (from / 2) * (1 - to / (scale * from)) + ofCenters;
    case 'pytorch_half_pixel':
      return to > 1 ? ofCenters : 0;
    case 'align_corners':
      return to > 1 ? (index * (from - 1)) / (to - 1) : 0;
    case 'asymmetric':
      return index / scale;
  }
}

function rounded(position: number, how: Interpolation['nearest'] = 'round_prefer_floor'): number {
  switch (how) {
    case 'round_prefer_floor':
      return Math.ceil(position - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(position + 0.5);
    case 'floor':
      return Math.floor(position);
    case 'ceil':
      return Math.ceil(position);
  }
}

/** (a + 2) x^3 - (a + 3) x^2 + 1 up to 1, a (x^3 - 5 x^2 + 8 x - 4) up to 2. */
function cubic(x: number, a: number): number {
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}
