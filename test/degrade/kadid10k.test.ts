import { expect, test } from 'vitest';
import { distortionGroups } from '#antonym/degrade/distortion.js';
import { distortions } from '#antonym/degrade/distortions/table.js';
import { kadid10k } from '#antonym/degrade/kadid10k.js';
import { distortionsOf, textOfDistortions } from '#antonym/train/options/distortion-names.js';

/** The data set's own list: its groups in order, its names, and ours; `Denoise` is left out, as ARNIQA and QualiCLIP do. */
const published: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  blur: { 'Gaussian blur': 'gaussian-blur', 'Lens blur': 'lens-blur', 'Motion blur': 'motion-blur' },
  color: {
    'Color diffusion': 'color-diffusion',
    'Color shift': 'color-shift',
    'Color saturation 1': 'color-saturation-hsv',
    'Color saturation 2': 'color-saturation-lab',
  },
  compression: { JPEG2000: 'jpeg2000', JPEG: 'jpeg' },
  noise: {
    'White noise': 'white-noise',
    'White noise in color component': 'white-noise-ycbcr',
    'Impulse noise': 'impulse-noise',
    'Multiplicative noise': 'multiplicative-noise',
    Denoise: null,
  },
  brightness: { Brighten: 'brighten', Darken: 'darken', 'Mean shift': 'mean-shift' },
  spatial: {
    Jitter: 'jitter',
    'Non-eccentricity patch': 'non-eccentricity-patch',
    Pixelate: 'pixelate',
    Quantization: 'quantization',
    'Color block': 'color-block',
  },
  'sharpness-contrast': {
    'High sharpen': 'high-sharpen',
    'Contrast change 1': 'linear-contrast-change',
    'Contrast change 2': 'nonlinear-contrast-change',
  },
};

test('kadid-10k is the published set, in its order: 24 of 25, in seven groups', () => {
  const names = Object.values(published).flatMap((group) => Object.values(group));
  expect(names.length).toBe(25);
  expect(kadid10k).toEqual(names.filter((name) => name !== null));
  expect(distortionGroups.filter((group) => group !== 'pipeline')).toEqual(Object.keys(published));
  for (const name of kadid10k) expect(Object.values(published[distortions[name].group]!)).toContain(name);
});

test('a stored run names the set, not its members', () => {
  expect(distortionsOf({ distortion: 'kadid-10k' })).toEqual(kadid10k);
  expect(textOfDistortions(kadid10k)).toBe('kadid-10k');
  expect(textOfDistortions([...kadid10k, 'webp'])).toContain('webp');
});
