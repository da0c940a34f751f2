/** Light that was wrong when a photograph was taken, in linear light: what no tone curve of the engine does, such as windows that are blown out. */
import { byteOfLinear, linearOfByte } from '#antonym/degrade/color/linear-light.js';
import type { Image } from '#antonym/images/image.js';
import type { RandomStream } from '#antonym/support/random.js';

/** The light that reaches the sensor at a place: it times a factor, and stray light beside it. Places go from 0 to 1. */
interface Lighting {
  gain(x: number, y: number): number;
  stray(x: number, y: number): number;
  /** Color of the stray light, red green blue. */
  readonly tint: readonly [number, number, number];
  /** Saturation of the colors, 1: as they are. */
  readonly saturation: number;
}

type Draw = (random: RandomStream) => Lighting;

const plain: Lighting = { gain: () => 1, stray: () => 0, tint: [1, 1, 1], saturation: 1 };

const kinds: readonly Draw[] = [overexposed, underexposed, backlit, flaring, washedOut];

/** The image in wrong light: metered wrongly, against the light, with flare, or washed out; what is too bright is clipped. */
export function wronglyLit(image: Image, random: RandomStream): Image {
  const { gain, stray, tint, saturation } = random.choice(kinds)(random);
  const { width, height, data } = image;
  const result = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const [factor, veil] = [gain(x / width, y / height), stray(x / width, y / height)];
      const [red, green, blue] = [linearOfByte[data[at]!]!, linearOfByte[data[at + 1]!]!, linearOfByte[data[at + 2]!]!];
      const gray = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      result[at] = byteOf(factor * (gray + saturation * (red - gray)) + veil * tint[0]);
      result[at + 1] = byteOf(factor * (gray + saturation * (green - gray)) + veil * tint[1]);
      result[at + 2] = byteOf(factor * (gray + saturation * (blue - gray)) + veil * tint[2]);
    }
  }
  return { width, height, data: result };
}

function byteOf(light: number): number {
  return byteOfLinear[Math.round(32767 * Math.max(0, Math.min(1, light)))]!;
}

/** Stops are factors of two of the light. */
function stops(random: RandomStream, least: number, most: number): number {
  return 2 ** random.between(least, most);
}

function overexposed(random: RandomStream): Lighting {
  const factor = stops(random, 0.4, 2.6);
  return { ...plain, gain: () => factor };
}

function underexposed(random: RandomStream): Lighting {
  const factor = stops(random, -2.6, -0.6);
  return { ...plain, gain: () => factor };
}

/** A bright part with a soft border, such as a window or the sky, blown out while the rest is dark. */
function backlit(random: RandomStream): Lighting {
  const [bright, dark] = [stops(random, 0.8, 3.5), stops(random, -2.5, 0)];
  const [left, top, size] = [random.uniform(), random.uniform(), random.between(0.15, 0.5)];
  const [stretch, softness] = [random.between(0.5, 2), random.between(0.02, 0.3)];
  return {
    ...plain,
    gain(x, y) {
      const distance = Math.hypot((x - left) * stretch, (y - top) / stretch);
      const share = 1 / (1 + Math.exp((distance - size) / (softness * size)));
      return dark * (bright / dark) ** share;
    },
  };
}

/** Stray light around a lamp inside the frame or beside it. */
function flaring(random: RandomStream): Lighting {
  const [left, top] = [random.between(-0.2, 1.2), random.between(-0.2, 1.2)];
  const [strength, everywhere, reach] = [random.between(0.1, 0.9), random.between(0, 0.15), random.between(0.15, 0.7)];
  const stray = (x: number, y: number): number => everywhere + strength * Math.exp(-Math.hypot(x - left, y - top) / reach);
  return { ...plain, stray, tint: [1, random.between(0.8, 1), random.between(0.55, 1)] };
}

/** Haze and a bad lens: the darkest tones are lifted, colors are pale. */
function washedOut(random: RandomStream): Lighting {
  const veil = random.between(0.02, 0.35);
  return { ...plain, gain: () => 1 - veil, stray: () => veil, saturation: random.between(0.2, 0.9) };
}
