/** Every distortion by name. */
import type { Distortion } from '../distortion.js';
import { gaussianBlur } from './blur.js';
import { darken, meanShift } from './brightness.js';
import { colorSaturationHsv } from './color.js';
import { jpeg } from './compression.js';
import { impulseNoise, multiplicativeNoise, whiteNoise, whiteNoiseYcbcr } from './noise.js';
import { linearContrastChange, nonlinearContrastChange } from './sharpness-contrast.js';
import { pixelate } from './spatial.js';

const table = {
  'gaussian-blur': gaussianBlur,
  'color-saturation-hsv': colorSaturationHsv,
  jpeg,
  'white-noise': whiteNoise,
  'white-noise-ycbcr': whiteNoiseYcbcr,
  'impulse-noise': impulseNoise,
  'multiplicative-noise': multiplicativeNoise,
  darken,
  'mean-shift': meanShift,
  pixelate,
  'linear-contrast-change': linearContrastChange,
  'nonlinear-contrast-change': nonlinearContrastChange,
} as const satisfies Readonly<Record<string, Distortion>>;

export type DistortionName = keyof typeof table;

export const distortions: Readonly<Record<DistortionName, Distortion>> = table;

export const distortionNames = Object.keys(table) as readonly DistortionName[];
