/** Wrong colours: too little, too much, displaced. */
import type { Distortion } from '../distortion.js';

export const colorSaturationHsv: Distortion<never> = {
  name: 'color-saturation-hsv',
  group: 'color',
  strength: 'factor of the saturation in HSV; below 0 the colours are complementary',
  // KADID-10k: .4 .2 .1 0 -.4; a milder start and even steps.
  severities: [0.75, 0.5, 0.25, -0.05, -0.4],
  parameters: {},
  apply(image, factor) {
    const data = new Uint8ClampedArray(image.data.length);
    // With hue and value fixed, every channel's distance from the largest is proportional to the saturation.
    for (let index = 0; index < data.length; index += 3) {
      const [red, green, blue] = [image.data[index]!, image.data[index + 1]!, image.data[index + 2]!];
      const value = Math.max(red, green, blue);
      data[index] = value - factor * (value - red);
      data[index + 1] = value - factor * (value - green);
      data[index + 2] = value - factor * (value - blue);
    }
    return { ...image, data: new Uint8Array(data.buffer) };
  },
};
