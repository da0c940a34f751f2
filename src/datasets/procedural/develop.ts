/** Converts the light of a scene to the bytes of a photograph: exposure, white balance, tone curve, dither. */

import type { Image } from '../../images/image.js';
import type { RandomStream } from '../../support/random.js';
import type { Canvas } from './canvas.js';
import { hash } from './noise.js';

const steps = 4096;
/** sRGB (IEC 61966-2-1), 0..255, over the square root of linear light, where it is nearly straight. */
const encoded = Float32Array.from({ length: steps + 2 }, (_, index) => {
  const linear = (index / steps) ** 2;
  return 255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
});

/**
 * Exposes so that the scene's median is a mid tone and highlights keep their drawing: above .55 linear light bends towards
 * white without reaching it, so nothing clips. A dither of half a step hides the steps of 8 bits in gradients.
 */
export function develop(canvas: Canvas, random: RandomStream): Image {
  const { width, height, red, green, blue } = canvas;
  const data = new Uint8Array(width * height * 3);
  const warmth = 0.06 * random.normal();
  const tint = 0.02 * random.normal();
  const middle = quantiles(canvas, [0.5, 0.98]);
  const exposure = Math.min((0.18 * 2 ** (0.4 * random.normal())) / middle[0]!, 1.1 / middle[1]!);
  const seed = random.uint32();
  const saturation = random.between(0.72, 1);
  const gains = [exposure * (1 + warmth), exposure * (1 + tint), exposure * (1 - warmth)] as const;
  for (let index = 0, target = 0; index < green.length; index++) {
    const grey = 0.2126 * red[index]! + 0.7152 * green[index]! + 0.0722 * blue[index]!;
    for (let channel = 0; channel < 3; channel++, target++) {
      const plane = channel === 0 ? red : channel === 1 ? green : blue;
      let value = (grey + saturation * (plane[index]! - grey)) * gains[channel]! + 0.002;
      if (value > 0.55) value = 0.55 + 0.45 * (1 - 1 / (1 + (value - 0.55) / 0.45));
      const place = Math.sqrt(value) * steps;
      const step = place | 0;
      const level = encoded[step]! + (encoded[step + 1]! - encoded[step]!) * (place - step);
      data[target] = level + hash(index, channel, seed);
    }
  }
  return { width, height, data };
}

/** Quantiles of the green light, from every 11th pixel. */
function quantiles({ green }: Canvas, shares: readonly number[]): number[] {
  const sample = new Float32Array(Math.ceil(green.length / 11));
  for (let index = 0; index < sample.length; index++) sample[index] = green[index * 11]!;
  sample.sort();
  return shares.map((share) => Math.max(0.01, sample[Math.floor(share * (sample.length - 1))]!));
}
