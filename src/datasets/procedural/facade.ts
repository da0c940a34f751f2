/** House fronts: straight edges and repetition. */
import type { RandomStream } from '../../support/random.js';
import type { Material } from './canvas.js';
import { surface } from './material.js';
import { hash } from './noise.js';
import { lit, type PaletteName, paletteColor } from './palette.js';
import { band } from './pattern.js';
import type { Shape } from './shape.js';

/** A front between two uprights, seen at an angle: its roof and foot run towards a vanishing point. */
export interface Front {
  readonly left: number;
  readonly right: number;
  /** y at the left upright, pixels, and its change per pixel to the right. */
  readonly roof: number;
  readonly roofSlope: number;
  readonly foot: number;
  readonly footSlope: number;
}

export function frontShape({ left, right, roof, roofSlope, foot, footSlope }: Front): Shape {
  const reach = right - left;
  return {
    left,
    right,
    top: Math.min(roof, roof + roofSlope * reach),
    bottom: Math.max(foot, foot + footSlope * reach),
    distance(x, y) {
      const above = (roof + roofSlope * (x - left) - y) / Math.sqrt(1 + roofSlope * roofSlope);
      const under = (y - foot - footSlope * (x - left)) / Math.sqrt(1 + footSlope * footSlope);
      return Math.max(left - x, x - right, above, under);
    },
  };
}

/** Walls of brick, plaster or panels with rows of windows: frames, bars, sills and reflections in the panes. */
export function facade(random: RandomStream, front: Front, light: number): Material {
  const { left, roof, roofSlope, foot, footSlope } = front;
  const full = foot - roof;
  const storey = random.between(42, 120);
  const bay = storey * random.between(0.5, 1.1);
  const paneLeft = bay * random.between(0.12, 0.28);
  const paneRight = bay - paneLeft;
  const paneTop = storey * random.between(0.12, 0.3);
  const paneBottom = storey * random.between(0.72, 0.92);
  const frame = random.between(1.2, 3.5);
  const bars = random.integer(4);
  const crossBar = random.uniform() < 0.5 ? paneTop + (paneBottom - paneTop) * random.between(0.3, 0.5) : -100;
  const style: PaletteName = random.choice(['brick', 'brick', 'concrete', 'stone', 'paint', 'skin']);
  const courses = style === 'brick' || random.uniform() < 0.3;
  const course = style === 'brick' ? random.between(4.5, 8) : storey / (2 + random.integer(3));
  const brick = course * random.between(2, 3.2);
  const color = lit(paletteColor(random, style), light);
  const wall = surface(random, color, lit(color, 0.85), {
    wavelength: 40,
    contrast: random.between(0.08, 0.18),
    gain: 1.1,
    creased: random.uniform() < 0.5,
  });
  const trim = lit(paletteColor(random, random.choice(['concrete', 'paint', 'stone'])), light * 1.15);
  const mortar = lit(color, random.choice([0.6, 1.5]));
  const curtain = lit(paletteColor(random, 'skin'), 0.6 * light);
  const seed = random.uint32();
  const skyline = random.between(0, 8);
  return (x, y, out) => {
    // Straight down the wall in units of pixels at the left upright.
    const top = roof + roofSlope * (x - left);
    const pixel = full / (foot + footSlope * (x - left) - top);
    const v = (y - top) * pixel;
    const u = x - left;
    const row = Math.floor(v / storey);
    const column = Math.floor(u / bay);
    const py = v - row * storey;
    const px = u - column * bay;
    wall(x, y, out);
    if (courses) {
      const line = Math.floor(v / course);
      const offset = u + (line & 1) * 0.5 * brick;
      const stone = Math.floor(offset / brick);
      const tone = 0.86 + 0.28 * hash(line, stone, seed);
      const inV = v - line * course;
      const inU = offset - stone * brick;
      const joint = Math.min(
        1,
        band(inV, -1, 0.5, pixel) + band(inV, course - 0.5, course + 1, pixel) + band(inU, -1, 0.5) + band(inU, brick - 0.5, brick + 1),
      );
      for (let channel = 0; channel < 3; channel++) {
        const value = out[channel]! * tone;
        out[channel] = value + 0.75 * joint * (mortar[channel]! - value);
      }
    }
    const sill = band(px, paneLeft - 5, paneRight + 5) * band(py, paneBottom + frame, paneBottom + frame + 3.5, pixel);
    const sillShadow = band(px, paneLeft - 3, paneRight + 6) * band(py, paneBottom + frame + 3.5, paneBottom + frame + 8, pixel);
    const reveal = band(px, paneLeft - frame, paneRight + frame) * band(py, paneTop - frame, paneBottom + frame, pixel);
    for (let channel = 0; channel < 3; channel++) {
      let value = out[channel]! * (1 - 0.45 * sillShadow);
      value += sill * (trim[channel]! - value);
      out[channel] = value + reveal * (trim[channel]! - value);
    }
    const pane = band(px, paneLeft, paneRight) * band(py, paneTop, paneBottom, pixel);
    if (pane <= 0) return;
    let bar = band(py, crossBar - 1, crossBar + 1, pixel);
    for (let index = 1; index <= bars; index++) {
      const at = paneLeft + ((paneRight - paneLeft) * index) / (bars + 1);
      bar = Math.max(bar, band(px, at - 0.9, at + 0.9));
    }
    const mood = hash(row, column, seed + 1);
    const inside = (py - paneTop) / (paneBottom - paneTop);
    // The upper part reflects the sky, the lower the houses opposite; the frame shades the glass beneath it.
    const mirrored = 0.05 + 0.35 * mood * Math.max(0, 1 - inside) + (py - paneTop + 0.3 * px > skyline * mood * 12 ? 0 : 0.16);
    const shade = 1 - 0.6 * band(py, paneTop, paneTop + 3.5, pixel) - 0.3 * band(px, paneLeft, paneLeft + 2.5);
    const drawn = mood > 0.6 ? band(px, paneLeft, paneLeft + (paneRight - paneLeft) * (mood - 0.5)) * (0.7 + 0.3 * Math.sin(px * 0.9)) : 0;
    for (let channel = 0; channel < 3; channel++) {
      const tint = channel === 2 ? 1.25 : channel === 0 ? 0.85 : 1;
      let glass = mirrored * tint * light * shade;
      glass += drawn * (curtain[channel]! * shade - glass);
      glass += bar * (trim[channel]! - glass);
      out[channel]! += pane * (glass - out[channel]!);
    }
  };
}
