/** Trees in leaf. */
import type { RandomStream } from '../../support/random.js';
import { drawBranches } from './branches.js';
import type { Canvas } from './canvas.js';
import { ramp } from './material.js';
import { type Color, lit, mix, type PaletteName, paletteColor } from './palette.js';
import { leaf } from './shape.js';

/** A tree in leaf: a crown of leaf clusters lit from `sun` (radians, image plane) over a trunk. `size` is its height, pixels. */
export function drawTree(
  canvas: Canvas,
  random: RandomStream,
  x: number,
  ground: number,
  size: number,
  palette: PaletteName,
  haze: Color,
  distance: number,
  sun: number,
): void {
  const crown = 0.36 * size;
  const cy = ground - size + crown;
  const slim = random.between(0.6, 1.1);
  const detail = Math.max(1.6, size * 0.012);
  const count = Math.min(2600, Math.ceil((2.2 * crown * crown * slim) / (detail * detail)));
  for (let index = 0; index < count; index++) {
    // Bunches: leaves gather around points within the crown.
    const bunch = random.integer(23);
    const at = 0.72 * Math.sqrt((bunch + 0.5) / 23);
    const turn = bunch * 2.39996;
    const px = x + crown * slim * (at * Math.cos(turn) + 0.17 * random.normal());
    const py = cy + crown * (at * Math.sin(turn) + 0.17 * random.normal());
    const facing = ((px - x) * Math.cos(sun) + (py - cy) * Math.sin(sun)) / crown;
    const color = mix(lit(paletteColor(random, palette), 0.62 + 0.38 * facing), haze, distance);
    const length = detail * random.between(0.8, 1.9);
    canvas.fill(
      leaf(px, py, length, length * random.between(0.35, 0.6), random.between(0, Math.PI)),
      ramp((_x, _y, out) => out.set(color), px, py, sun, 0.2 / length),
    );
  }
  const bark = mix(lit(paletteColor(random, 'wood'), 0.4), haze, distance);
  drawBranches(canvas, random, x, ground, -Math.PI / 2, size * 0.2, size * 0.05, bark);
}
