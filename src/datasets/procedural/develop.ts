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

/** How far the tones, colors and grain of developed scenes reach. */
export interface Look {
  /** Deviation of the exposure around a mid tone, stops. */
  readonly exposure: number;
  /** The most linear light that the 98th percentile gets. */
  readonly brightest: number;
  /** Deviations of the white balance, shares of a channel. */
  readonly warmth: number;
  readonly tint: number;
  readonly saturation: readonly [least: number, most: number];
  /** The most that is taken off as black, times the .2nd percentile. */
  readonly black: number;
  /** Linear light that black keeps. */
  readonly floor: number;
  /** The reach of highlights above .55; from .45 on they clip. */
  readonly highlights: readonly [least: number, most: number];
  /** The largest deviation of the grain that every photograph has, levels of 8 bits. */
  readonly grain: number;
}

export const looks = {
  /** As the first versions rendered: everything in the middle of the scale, and no grain. */
  plain: {
    exposure: 0.4,
    brightest: 1.1,
    warmth: 0.06,
    tint: 0.02,
    saturation: [0.72, 1],
    black: 0,
    floor: 0.002,
    highlights: [0.45, 0.45],
    grain: 0,
  },
  /** As photographs: shadows reach black and highlights white, hardly anything is gray, and there is grain. */
  photographic: {
    exposure: 0.5,
    brightest: 1.6,
    warmth: 0.1,
    tint: 0.03,
    saturation: [0.8, 1.3],
    black: 1.1,
    floor: 0.0004,
    highlights: [0.45, 0.58],
    grain: 1.8,
  },
} satisfies Record<string, Look>;

/**
 * Exposes so that the scene's median is about a mid tone and highlights keep their drawing: above .55 linear light bends towards
 * white. A dither of half a step hides the steps of 8 bits in gradients.
 */
export function develop(canvas: Canvas, random: RandomStream, look: Look): Image {
  const { width, height, red, green, blue } = canvas;
  const data = new Uint8Array(width * height * 3);
  const warmth = look.warmth * random.normal();
  const tint = look.tint * random.normal();
  const [dark, middle, bright] = quantiles(canvas, [0.002, 0.5, 0.98]) as [number, number, number];
  const exposure = Math.min(
    (0.18 * 2 ** (look.exposure * random.normal())) / Math.max(0.01, middle),
    look.brightest / Math.max(0.01, bright),
  );
  const seed = random.uint32();
  const saturation = random.between(...look.saturation);
  const black = dark * random.between(0, look.black);
  const highlights = random.between(...look.highlights);
  const grain = random.between(0, look.grain);
  const gains = [exposure * (1 + warmth), exposure * (1 + tint), exposure * (1 - warmth)] as const;
  for (let index = 0, target = 0; index < green.length; index++) {
    const grey = 0.2126 * red[index]! + 0.7152 * green[index]! + 0.0722 * blue[index]!;
    const shared = grain > 0 ? grain * bell(index, 3, seed) : 0;
    for (let channel = 0; channel < 3; channel++, target++) {
      const plane = channel === 0 ? red : channel === 1 ? green : blue;
      const light = (grey + saturation * (plane[index]! - grey) - black) * gains[channel]!;
      let value = Math.max(0, light) + look.floor;
      if (value > 0.55) value = Math.min(1, 0.55 + highlights * (1 - 1 / (1 + (value - 0.55) / highlights)));
      const place = Math.sqrt(value) * steps;
      const step = place | 0;
      const level = encoded[step]! + (encoded[step + 1]! - encoded[step]!) * (place - step);
      const noise = grain > 0 ? 0.8 * shared + 0.6 * grain * bell(index, 6 + 3 * channel, seed) : 0;
      data[target] = Math.max(0, Math.min(255, level + noise + hash(index, channel, seed)));
    }
  }
  return { width, height, data };
}

/** Nearly normal noise, of deviation 1 and at most 3: the sum of three uniform numbers, those of a pixel from a place on. */
function bell(index: number, place: number, seed: number): number {
  return 2 * (hash(index, place, seed) + hash(index, place + 1, seed) + hash(index, place + 2, seed) - 1.5);
}

/** Quantiles of the green light, from every 11th pixel. */
function quantiles({ green }: Canvas, shares: readonly number[]): number[] {
  const sample = new Float32Array(Math.ceil(green.length / 11));
  for (let index = 0; index < sample.length; index++) sample[index] = green[index * 11]!;
  sample.sort();
  return shares.map((share) => sample[Math.floor(share * (sample.length - 1))]!);
}
