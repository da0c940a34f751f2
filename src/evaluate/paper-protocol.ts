/**
 * The steps that MA-CLIP's authors (arXiv 2511.09948) apply to images and scores before they state figures: for comparing with theirs,
 * beside ours.
 */
import { resample } from '../degrade/filters/resample.js';
import type { Image } from '../images/image.js';
import { fitFiveParameters, fiveParameterCurve } from '../statistics/five-parameter-fit.js';
import { plcc } from '../statistics/linear-correlation.js';
import { srcc } from '../statistics/rank-correlation.js';

/** Agreement of fitted values with opinions; null where it is not defined. */
export interface PaperFigures {
  /** Positive for a falling score too, since the curve may fall. */
  readonly srcc: number | null;
  readonly plcc: number | null;
  readonly rmse: number | null;
}

/**
 * The image as a square, as Pillow's bicubic `resize` gives it: Keys' kernel with a = -1/2, wider where it shrinks, rows first, 8 bits between.
 * @param side pixels
 */
export function squareBicubic({ width, height, data }: Image, side: number): Image {
  const narrow = rounded(resample(Float32Array.from(data), width, height, 3, side, height, 'cubic'));
  const square = rounded(resample(narrow, side, height, 3, side, side, 'cubic'));
  return { width: side, height: side, data: Uint8Array.from(square) };
}

function rounded(values: Float32Array): Float32Array {
  return values.map((value) => Math.max(0, Math.min(255, Math.floor(value + 0.5))));
}

/**
 * Fits a logistic curve of five parameters to the scores, and measures the fitted values: SRCC, too.
 * @param opinions as published, in their own direction
 */
export function paperFigures(scores: readonly number[], opinions: readonly number[]): PaperFigures {
  const curve = fitFiveParameters(scores, opinions);
  if (curve === undefined) return { srcc: null, plcc: null, rmse: null };
  const fitted = scores.map((score) => fiveParameterCurve(curve, score));
  const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const squares = fitted.reduce((sum, value, at) => sum + (value - opinions[at]!) ** 2, 0);
  return { srcc: orNull(srcc(fitted, opinions)), plcc: orNull(plcc(fitted, opinions)), rmse: orNull(Math.sqrt(squares / fitted.length)) };
}
