/** Every distortion by name. */
import type { Distortion } from '../distortion.js';
import { gaussianBlur, lensBlur, motionBlur } from './blur.js';
import { brighten, darken, meanShift } from './brightness.js';
import { colorDiffusion, colorSaturationHsv, colorSaturationLab, colorShift } from './color.js';
import { jpeg, jpeg2000 } from './compression.js';
import { impulseNoise, multiplicativeNoise, whiteNoise, whiteNoiseYcbcr } from './noise.js';
import { avif, banding, chromaSubsampling, doubleJpeg, downscaleUpscale, sensorNoise, webp } from './pipeline.js';
import { highSharpen, linearContrastChange, nonlinearContrastChange } from './sharpness-contrast.js';
import { colorBlock, jitter, nonEccentricityPatch, pixelate, quantization } from './spatial.js';

const table = {
  'gaussian-blur': gaussianBlur,
  'lens-blur': lensBlur,
  'motion-blur': motionBlur,
  'color-diffusion': colorDiffusion,
  'color-shift': colorShift,
  'color-saturation-hsv': colorSaturationHsv,
  'color-saturation-lab': colorSaturationLab,
  jpeg2000,
  jpeg,
  'white-noise': whiteNoise,
  'white-noise-ycbcr': whiteNoiseYcbcr,
  'impulse-noise': impulseNoise,
  'multiplicative-noise': multiplicativeNoise,
  brighten,
  darken,
  'mean-shift': meanShift,
  jitter,
  'non-eccentricity-patch': nonEccentricityPatch,
  pixelate,
  quantization,
  'color-block': colorBlock,
  'high-sharpen': highSharpen,
  'linear-contrast-change': linearContrastChange,
  'nonlinear-contrast-change': nonlinearContrastChange,
  webp,
  avif,
  'double-jpeg': doubleJpeg,
  'downscale-upscale': downscaleUpscale,
  'chroma-subsampling': chromaSubsampling,
  banding,
  'sensor-noise': sensorNoise,
} as const satisfies Readonly<Record<string, Distortion>>;

export type DistortionName = keyof typeof table;

export const distortions: Readonly<Record<DistortionName, Distortion>> = table;

export const distortionNames = Object.keys(table) as readonly DistortionName[];
