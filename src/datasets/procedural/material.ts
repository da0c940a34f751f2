/** The look of surfaces: grain, shading, and patterns laid over them. */
import type { RandomStream } from '../../support/random.js';
import type { Material } from './canvas.js';
import { creasedNoise, fractalNoise, gradientNoise, octavesDownToPixels } from './noise.js';
import type { Color } from './palette.js';

/** The share of a pattern's color at a point (pixels), 0..1, antialiased. */
export type Pattern = (x: number, y: number) => number;

export interface Grain {
  /** The longest wavelength of the grain, pixels. */
  readonly wavelength: number;
  /** Standard deviation of the grain, about in natural logarithms of brightness. */
  readonly contrast: number;
  /** Amplitude of each octave over the one before: 1 rough, .5 smooth. */
  readonly gain: number;
  /** Length of the grain along `angle` over that across: wood, fur, rain streaks. */
  readonly stretch?: number;
  /** Radians. */
  readonly angle?: number;
  /** Cracks and ridges instead of soft spots: rock, bark, plaster. */
  readonly creased?: boolean;
}

/** A surface whose brightness varies by fractal grain, and whose color drifts between two. */
export function surface(random: RandomStream, first: Color, second: Color, grain: Grain): Material {
  const { wavelength, contrast, gain, stretch = 1, angle = 0, creased = false } = grain;
  const octaves = octavesDownToPixels(wavelength);
  const along = Math.cos(angle) / (wavelength * stretch);
  const alongY = Math.sin(angle) / (wavelength * stretch);
  const across = Math.cos(angle) / wavelength;
  const acrossX = -Math.sin(angle) / wavelength;
  const offsetX = random.between(0, 256);
  const offsetY = random.between(0, 256);
  const [r0, g0, b0] = first;
  const dr = second[0] - r0;
  const dg = second[1] - g0;
  const db = second[2] - b0;
  return (x, y, color) => {
    const u = x * along + y * alongY + offsetX;
    const v = y * across + x * acrossX + offsetY;
    const n = contrast * (creased ? creasedNoise(u, v, octaves, gain) : fractalNoise(u, v, octaves, gain));
    // Like the exponential near 0, cheaper, and without its far highlights.
    const factor = n > 0 ? 1 + n : 1 / (1 - n);
    const drift = 0.5 + 0.4 * gradientNoise(0.7 * v + 31.3, 0.7 * u + 7.9);
    const part = drift < 0 ? 0 : Math.min(drift, 1);
    color[0] = (r0 + dr * part) * factor;
    color[1] = (g0 + dg * part) * factor;
    color[2] = (b0 + db * part) * factor;
  };
}

/** Sawn wood: year rings that bend around knots, and pores along `angle`. `ring` is a ring's width, pixels. */
export function wood(random: RandomStream, first: Color, second: Color, ring: number, angle: number): Material {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const offset = random.between(0, 256);
  const warp = random.between(0.8, 2.5);
  const depth = random.between(0.25, 0.6);
  return (x, y, color) => {
    const u = x * cos + y * sin;
    const v = y * cos - x * sin;
    const place = v / ring + warp * fractalNoise(u / 420 + offset, v / 90 + offset, 3, 0.5);
    const within = place - Math.floor(place);
    // Late wood darkens slowly and ends in an edge about a pixel and a half wide.
    const edge = 1.5 / ring;
    const late = within < 1 - edge ? (within / (1 - edge)) ** 2 : (1 - within) / edge;
    const pores = 0.16 * fractalNoise(u / 60 + offset, v / 5, 2, 1) + 0.07 * fractalNoise(u / 16, v / 5 + offset, 2, 1);
    const light = 1 + pores;
    const part = depth * late;
    for (let channel = 0; channel < 3; channel++) color[channel] = (first[channel]! + (second[channel]! - first[channel]!) * part) * light;
  };
}

/** One color, without grain. */
export function plain([red, green, blue]: Color): Material {
  return (_x, _y, color) => {
    color[0] = red;
    color[1] = green;
    color[2] = blue;
  };
}

/** `over` where the pattern is, `base` elsewhere. */
export function overlay(base: Material, pattern: Pattern, over: Material): Material {
  return (x, y, color) => {
    const share = pattern(x, y);
    if (share <= 0) return base(x, y, color);
    if (share >= 1) return over(x, y, color);
    base(x, y, color);
    const red = color[0]!;
    const green = color[1]!;
    const blue = color[2]!;
    over(x, y, color);
    color[0] = red + share * (color[0]! - red);
    color[1] = green + share * (color[1]! - green);
    color[2] = blue + share * (color[2]! - blue);
  };
}

/** The material under a linear gradient of light: 1 at (cx, cy), `change` more per pixel along `angle`, never below .15. */
export function ramp(material: Material, cx: number, cy: number, angle: number, change: number): Material {
  const dx = Math.cos(angle) * change;
  const dy = Math.sin(angle) * change;
  return (x, y, color) => {
    material(x, y, color);
    const factor = Math.max(0.15, 1 + (x - cx) * dx + (y - cy) * dy);
    color[0]! *= factor;
    color[1]! *= factor;
    color[2]! *= factor;
  };
}

/**
 * The material on a ball (or cushion) of half axes `a`, `b`: Lambert's law under a sun at `sunAngle` (image plane, radians,
 * pointing to the sun), ambient light, and a highlight of strength `gloss`.
 */
export function rounded(
  material: Material,
  cx: number,
  cy: number,
  a: number,
  b: number,
  angle: number,
  sunAngle: number,
  gloss: number,
): Material {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const sunU = 0.64 * Math.cos(sunAngle - angle);
  const sunV = 0.64 * Math.sin(sunAngle - angle);
  const sunZ = 0.77;
  return (x, y, color) => {
    const u = ((x - cx) * cos + (y - cy) * sin) / a;
    const v = ((y - cy) * cos - (x - cx) * sin) / b;
    const z = Math.sqrt(Math.max(0.03, 1 - u * u - v * v));
    const facing = u * sunU + v * sunV + z * sunZ;
    const factor = 0.28 + 0.9 * Math.max(0, facing);
    material(x, y, color);
    let highlight = 0;
    if (gloss > 0) {
      // Blinn: half way between the sun and the viewer, who looks along z.
      const half = Math.max(0, (u * sunU + v * sunV + z * (sunZ + 1)) / 1.88);
      const p4 = half * half * half * half;
      const p32 = p4 * p4 * p4 * p4 * p4 * p4 * p4 * p4;
      highlight = gloss * p32 * p4;
    }
    color[0] = color[0]! * factor + highlight;
    color[1] = color[1]! * factor + highlight;
    color[2] = color[2]! * factor + highlight;
  };
}
