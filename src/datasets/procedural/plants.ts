/** Grass and trees: fine lines in disorder. */
import type { RandomStream } from '../../support/random.js';
import type { Canvas } from './canvas.js';
import { ramp, rounded, surface } from './material.js';
import { type Colour, lit, mix, type PaletteName, paletteColour } from './palette.js';
import { ellipse, leaf } from './shape.js';
import { drawStroke } from './stroke.js';

/** A tuft of blades rooted at `ground` (y, pixels), `height` pixels high on average, all along the picture's width. */
export function drawGrass(
  canvas: Canvas,
  random: RandomStream,
  ground: number,
  height: number,
  count: number,
  palette: PaletteName,
  haze: Colour,
  distance: number,
): void {
  const wind = random.between(-0.3, 0.3);
  for (let blade = 0; blade < count; blade++) {
    const x0 = random.between(-height, canvas.width + height);
    const y0 = ground + random.between(-0.25, 0.25) * height;
    const tall = height * random.between(0.5, 1.3);
    const x1 = x0 + tall * (wind + 0.28 * random.normal());
    const colour = mix(paletteColour(random, palette), haze, distance);
    drawStroke(canvas, {
      x0,
      y0,
      x1,
      y1: y0 - tall,
      bend: 0.08 * tall * random.normal(),
      halfWidth0: Math.max(0.4, height * random.between(0.012, 0.03)),
      halfWidth1: 0.12,
      colour0: lit(colour, 0.4),
      colour1: lit(colour, 1.15),
      roundness: 0.35,
    });
  }
}

/** A bare tree or branch from (x, y) along `angle`, `length` and `width` in pixels, forking down to twigs. */
export function drawBranches(
  canvas: Canvas,
  random: RandomStream,
  x: number,
  y: number,
  angle: number,
  length: number,
  width: number,
  colour: Colour,
): void {
  const x1 = x + length * Math.cos(angle);
  const y1 = y + length * Math.sin(angle);
  const next = width * 0.72;
  drawStroke(canvas, {
    x0: x,
    y0: y,
    x1,
    y1,
    bend: 0.06 * length * random.normal(),
    halfWidth0: width / 2,
    halfWidth1: next / 2,
    colour0: colour,
    colour1: colour,
    roundness: 0.6,
  });
  if (next < 0.35 || length < 5) return;
  const forks = random.uniform() < 0.35 ? 3 : 2;
  for (let fork = 0; fork < forks; fork++) {
    const turn = (fork - (forks - 1) / 2) * random.between(0.5, 0.95) + 0.15 * random.normal();
    drawBranches(
      canvas,
      random,
      x1,
      y1,
      angle + turn - 0.06 * Math.cos(angle),
      length * random.between(0.68, 0.9),
      next * random.between(0.75, 1),
      colour,
    );
  }
}

/** A tree in leaf: a crown of leaf clusters lit from `sun` (radians, image plane) over a trunk. `size` is its height, pixels. */
export function drawTree(
  canvas: Canvas,
  random: RandomStream,
  x: number,
  ground: number,
  size: number,
  palette: PaletteName,
  haze: Colour,
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
    const colour = mix(lit(paletteColour(random, palette), 0.62 + 0.38 * facing), haze, distance);
    const length = detail * random.between(0.8, 1.9);
    canvas.fill(
      leaf(px, py, length, length * random.between(0.35, 0.6), random.between(0, Math.PI)),
      ramp((_x, _y, out) => out.set(colour), px, py, sun, 0.2 / length),
    );
  }
  const bark = mix(lit(paletteColour(random, 'wood'), 0.4), haze, distance);
  drawBranches(canvas, random, x, ground, -Math.PI / 2, size * 0.2, size * 0.05, bark);
}

/** A flower head of petals around an eye, `radius` in pixels. */
export function drawFlower(canvas: Canvas, random: RandomStream, x: number, y: number, radius: number, sun: number): void {
  const colour = paletteColour(random, 'flower');
  const eye = paletteColour(random, 'autumn');
  const skin = surface(random, eye, lit(eye, 0.6), { wavelength: Math.max(4, radius / 3), contrast: 0.3, gain: 1 });
  canvas.fill(ellipse(x, y, radius * 0.26, radius * 0.24, 0), rounded(skin, x, y, radius * 0.28, radius * 0.28, 0, sun, 0));
  const petals = 5 + random.integer(9);
  const start = random.between(0, Math.PI);
  for (let petal = 0; petal < petals; petal++) {
    const angle = start + (2 * Math.PI * petal) / petals + 0.05 * random.normal();
    const cx = x + 0.58 * radius * Math.cos(angle);
    const cy = y + 0.58 * radius * Math.sin(angle);
    const skinned = surface(random, colour, lit(colour, 0.75), {
      wavelength: Math.max(5, radius / 2),
      contrast: 0.1,
      gain: 0.8,
      stretch: 5,
      angle,
    });
    canvas.fill(leaf(cx, cy, 0.45 * radius, Math.min(0.4, 2.6 / petals) * radius * 0.55, angle), ramp(skinned, x, y, angle, 0.5 / radius), {
      dx: 1,
      dy: 1.5,
      softness: 2.5,
      depth: 0.35,
    });
  }
}
