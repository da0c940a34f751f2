/**
 * The distortions of KADID-10k drawn, trained on and evaluated by default: 24 of its 25 (Lin et al.
 * 2019), without denoising, as in ARNIQA and QualiCLIP. A literal list in the order of the draws: stored runs and manifests name the
 * set, and a new distortion must not change their meaning.
 */
import type { DistortionName } from './distortions/table.js';

/** Stands for them where a person names distortions. */
export const kadidPool = 'kadid-10k';

export const kadid10k: readonly DistortionName[] = [
  'gaussian-blur',
  'lens-blur',
  'motion-blur',
  'color-diffusion',
  'color-shift',
  'color-saturation-hsv',
  'color-saturation-lab',
  'jpeg2000',
  'jpeg',
  'white-noise',
  'white-noise-ycbcr',
  'impulse-noise',
  'multiplicative-noise',
  'brighten',
  'darken',
  'mean-shift',
  'jitter',
  'non-eccentricity-patch',
  'pixelate',
  'quantization',
  'color-block',
  'high-sharpen',
  'linear-contrast-change',
  'nonlinear-contrast-change',
];
