/** Hills under a sky, with trees, grass, twigs and wires in front. */
import type { RandomStream } from '../../../support/random.js';
import { drawBranches } from '../branches.js';
import type { Canvas, Material } from '../canvas.js';
import { drawGrass } from '../grass.js';
import { surface } from '../material.js';
import { creasedNoise, fractalNoise, recedingNoise } from '../noise.js';
import { type Color, lit, mix, type PaletteName, paletteColor } from '../palette.js';
import { below } from '../shape.js';
import { sky } from '../sky.js';
import { drawStroke } from '../stroke.js';
import { drawTree } from '../tree.js';

export function landscape(canvas: Canvas, random: RandomStream): void {
  const { width, height } = canvas;
  const horizon = height * random.between(0.35, 0.85);
  const { material, haze } = sky(random, width, horizon);
  const sun = random.between(-Math.PI, 0);
  const palette: PaletteName = random.choice(['foliage', 'foliage', 'autumn', 'earth']);
  if (random.uniform() < 0.4) drawWires(canvas, random);
  if (random.uniform() < 0.3) {
    const bark = lit(paletteColor(random, 'wood'), 0.15);
    const fromLeft = random.uniform() < 0.5;
    drawBranches(
      canvas,
      random,
      fromLeft ? -10 : width + 10,
      height * random.between(0.1, 0.7),
      fromLeft ? -0.2 : Math.PI + 0.2,
      0.22 * width,
      random.between(5, 14),
      bark,
    );
  }
  if (random.uniform() < 0.5) {
    const blade = height * random.between(0.08, 0.25);
    for (let row = 0; row < 4; row++)
      drawGrass(canvas, random, height + blade * (0.3 - 0.2 * row), blade, 0.9 * width, palette, haze, 0.03 * row);
  }
  const trees = random.uniform() < 0.6 ? 1 + random.integer(7) : 0;
  const sizes = Array.from({ length: trees }, () => height * 0.09 * 2 ** random.between(0, 2.6)).sort((a, b) => b - a);
  for (const size of sizes) {
    const ground = horizon + size * 0.12;
    drawTree(
      canvas,
      random,
      random.between(0, width),
      ground,
      size,
      palette === 'earth' ? 'foliage' : palette,
      haze,
      Math.max(0, 0.4 - size / height),
      sun,
    );
  }
  if (random.uniform() < 0.25) canvas.fill(below(new Float64Array(width).fill(horizon), height), water(random, horizon, haze));
  else canvas.fill(below(ridge(random, width, horizon, 0.03 * height, 0.5), height), field(random, palette, horizon, haze, height));
  const ridges = 1 + random.integer(5);
  for (let index = 1; index <= ridges; index++) {
    const distance = 1 - 0.75 ** index;
    const base = mix(paletteColor(random, random.choice([palette, 'foliage', 'stone'])), haze, 0.05 + 0.5 * distance);
    const heights = ridge(random, width, horizon - 0.05 * height * index, height * random.between(0.03, 0.14), 0.55);
    canvas.fill(
      below(heights, height),
      surface(random, base, mix(base, haze, 0.2), { wavelength: 60, contrast: 0.5 * (1 - 0.7 * distance), gain: 1.05, creased: true }),
    );
  }
  canvas.fillRest(material);
}

function ridge(random: RandomStream, width: number, middle: number, amplitude: number, gain: number): Float64Array {
  const offset = random.between(0, 256);
  const wavelength = width * random.between(0.3, 0.9);
  return Float64Array.from({ length: width }, (_, x) => middle + amplitude * fractalNoise(x / wavelength + offset, offset, 8, gain));
}

/** A field that recedes to the horizon. */
function field(random: RandomStream, palette: PaletteName, horizon: number, haze: Color, height: number): Material {
  const near = lit(paletteColor(random, palette), 0.8);
  const other = lit(paletteColor(random, random.choice([palette, 'earth'])), 0.8);
  const offset = random.between(0, 256);
  const contrast = random.between(0.2, 0.4);
  return (x, y, color) => {
    const depth = Math.max(3, y - horizon + 6);
    const u = x / depth + offset;
    const v = (0.35 * height) / depth + offset;
    // Flat detail is foreshortened; standing detail (blades, clods) is not.
    const n =
      contrast * (0.6 * recedingNoise(3 * u, 3 * v, (depth * depth) / height, 0.95) + 1.1 * creasedNoise(x / 11 + offset, y / 9, 3, 1.1));
    const factor = n > 0 ? 1 + n : 1 / (1 - n);
    const part = Math.min(1, Math.max(0, 0.5 + 0.5 * recedingNoise(0.6 * u, 0.6 * v + 9, depth * 2, 0.6)));
    const far = 0.35 * Math.exp((-6 * depth) / height);
    for (let channel = 0; channel < 3; channel++) {
      const here = (near[channel]! + (other[channel]! - near[channel]!) * part) * factor;
      color[channel] = here + (haze[channel]! - here) * far;
    }
  };
}

/** Ripples that mirror the sky near the horizon and show the depth below. */
function water(random: RandomStream, horizon: number, haze: Color): Material {
  const deep = paletteColor(random, 'water');
  const offset = random.between(0, 256);
  const roughness = random.between(0.15, 0.4);
  return (x, y, color) => {
    const depth = Math.max(2, y - horizon + 2);
    const swell = recedingNoise((4 * x) / (depth + 40) + offset, 900 / (depth + 8) + offset, (depth * depth) / 260 + 1.5, 0.75);
    const ripple = 0.7 * swell + 0.6 * creasedNoise(x / 15 + offset, y / 5 + offset, 2, 0.9);
    const mirror = Math.min(1, Math.max(0, 0.75 / (1 + depth / 160) + roughness * ripple));
    for (let channel = 0; channel < 3; channel++) color[channel] = deep[channel]! + (haze[channel]! - deep[channel]!) * mirror;
  };
}

function drawWires(canvas: Canvas, random: RandomStream): void {
  const { width, height } = canvas;
  const y0 = height * random.between(0.03, 0.35);
  const y1 = height * random.between(0.03, 0.35);
  const dark: Color = [0.02, 0.02, 0.022];
  const wires = 1 + random.integer(5);
  for (let wire = 0; wire < wires; wire++) {
    const gap = wire * random.between(8, 22);
    const halfWidth = random.between(0.3, 0.9);
    drawStroke(canvas, {
      x0: -1,
      y0: y0 + gap,
      x1: width,
      y1: y1 + gap,
      bend: random.between(0, 0.06) * height,
      halfWidth0: halfWidth,
      halfWidth1: halfWidth,
      colour0: dark,
      colour1: dark,
      roundness: 0.3,
    });
  }
}
