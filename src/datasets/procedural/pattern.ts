/** Regular detail: stripes, checks, dots, veins, planks. */

import type { Pattern } from './material.js';
import { hash } from './noise.js';

/** The share of a pixel at `u` that lies between `from` and `to`; `pixel` is a pixel's width in the unit of `u`. */
export function band(u: number, from: number, to: number, pixel = 1): number {
  const low = Math.max(u - pixel / 2, from);
  const high = Math.min(u + pixel / 2, to);
  return high > low ? (high - low) / pixel : 0;
}

/** `band` repeated every `period`. */
function repeatedBand(u: number, period: number, from: number, to: number): number {
  const place = u - Math.floor(u / period) * period;
  return band(place, from, to) + band(place - period, from, to) + band(place + period, from, to);
}

/** Stripes of `width` every `period` pixels, across `angle`. */
export function stripes(angle: number, period: number, width: number, phase: number): Pattern {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return (x, y) => repeatedBand(x * cos + y * sin + phase, period, 0, width);
}

/** Tartan: two sets of stripes, with half the color under only one of them. */
export function checks(angle: number, period: number, width: number): Pattern {
  const one = stripes(angle, period, width, 0);
  const other = stripes(angle + Math.PI / 2, period, width, 0);
  return (x, y) => (one(x, y) + other(x, y)) / 2;
}

/** Round dots in a grid turned by `angle`. */
export function dots(angle: number, period: number, radius: number): Pattern {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return (x, y) => {
    const u = (x * cos + y * sin) / period;
    const row = Math.floor((y * cos - x * sin) / period);
    const shifted = u + (row & 1) / 2;
    const du = (shifted - Math.floor(shifted) - 0.5) * period;
    const dv = y * cos - x * sin - (row + 0.5) * period;
    return Math.min(1, Math.max(0, radius + 0.5 - Math.sqrt(du * du + dv * dv)));
  };
}

/** Joints between bricks, tiles or planks: rows of `height`, pieces of `width`, each row shifted by `shift` of a piece. */
export function joints(angle: number, width: number, height: number, joint: number, shift: number): Pattern {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return (x, y) => {
    const u = x * cos + y * sin;
    const v = y * cos - x * sin;
    const row = Math.floor(v / height);
    const horizontal = repeatedBand(v, height, 0, joint);
    const vertical = repeatedBand(u + (shift === 0 ? 0 : row * shift * width + hash(row, 0, 77) * 0.1 * width), width, 0, joint);
    return horizontal + vertical - horizontal * vertical;
  };
}

/** Midrib and side veins of a leaf of half length `a` along `angle`. */
export function veins(cx: number, cy: number, a: number, angle: number): Pattern {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const spacing = Math.max(5, a / 5);
  const thickness = Math.max(0.35, a / 90);
  return (x, y) => {
    const u = (x - cx) * cos + (y - cy) * sin;
    const v = Math.abs((y - cy) * cos - (x - cx) * sin);
    const taper = thickness * (1.6 - (0.8 * (u + a)) / a);
    const midrib = band(v, -taper, taper);
    const side = 0.6 * repeatedBand((u - 0.9 * v) * 0.743, spacing, 0, Math.min(1, thickness));
    return Math.max(midrib, side);
  };
}
