/** Grass from near to far, with flowers; or fur, all strands combed by one wind. */
import type { RandomStream } from '../../../support/random.js';
import type { Canvas } from '../canvas.js';
import { surface } from '../material.js';
import { fractalNoise } from '../noise.js';
import { lit, type PaletteName, paletteColour } from '../palette.js';
import { drawFlower, drawGrass } from '../plants.js';
import { below } from '../shape.js';
import { sky } from '../sky.js';
import { drawStroke } from '../stroke.js';

export function meadow(canvas: Canvas, random: RandomStream): void {
  const { width, height } = canvas;
  const horizon = height * random.between(-0.3, 0.5);
  const { material, haze } = sky(random, width, Math.max(60, horizon));
  const sun = random.between(-Math.PI, 0);
  const palette: PaletteName = random.choice(['foliage', 'foliage', 'foliage', 'earth', 'autumn']);
  const flowers = random.uniform() < 0.6 ? random.between(0.5, 4) : 0;
  const grown = random.between(0.25, 0.6);
  // Rows of grass from the nearest to the furthest: size falls with height above the bottom, as on a plane.
  for (let y = height * 1.25; y > horizon + 6; ) {
    const depth = y - horizon;
    const blade = depth * grown;
    const count = Math.min(1500, (width / blade) * 14);
    for (let index = 0; index < flowers; index++) {
      if (blade < 25) break;
      drawFlower(canvas, random, random.between(0, width), y - blade * random.between(0.5, 1.2), blade * random.between(0.08, 0.17), sun);
    }
    drawGrass(canvas, random, y, blade, count, palette, haze, Math.max(0, 0.5 - depth / height));
    y -= Math.max(2, blade * 0.22);
  }
  const soil = lit(paletteColour(random, palette), 0.35);
  canvas.fill(
    below(new Float64Array(width).fill(horizon + 4), height),
    surface(random, soil, lit(soil, 0.6), { wavelength: 30, contrast: 0.3, gain: 1 }),
  );
  canvas.fillRest(material);
}

export function fur(canvas: Canvas, random: RandomStream): void {
  const { width, height } = canvas;
  const palette: PaletteName = random.choice(['wood', 'earth', 'stone', 'skin', 'concrete', 'autumn']);
  const length = random.between(30, 110);
  const halfWidth = random.between(0.35, 1.1);
  const comb = random.between(-Math.PI, Math.PI);
  const offset = random.between(0, 256);
  const scale = random.between(180, 600);
  const strands = Math.min(26_000, Math.ceil((2.6 * width * height) / (length * (2 * halfWidth + 0.6))));
  for (let index = 0; index < strands; index++) {
    const x = random.between(-length, width + length);
    const y = random.between(-length, height + length);
    const angle = comb + 0.9 * fractalNoise(x / scale + offset, y / scale, 3, 0.6) + 0.12 * random.normal();
    const patch = 1 + 0.5 * Math.tanh(fractalNoise(x / 160, y / 160 + offset, 3, 0.7));
    const colour = lit(paletteColour(random, palette), patch);
    const reach = length * random.between(0.6, 1.2);
    drawStroke(canvas, {
      x0: x,
      y0: y,
      x1: x + reach * Math.cos(angle),
      y1: y + reach * Math.sin(angle),
      bend: 0.07 * reach * random.normal(),
      halfWidth0: halfWidth * random.between(0.6, 1.3),
      halfWidth1: 0.15,
      colour0: lit(colour, 0.35),
      colour1: lit(colour, 1.2),
      roundness: 0.3,
    });
  }
  const under = lit(paletteColour(random, palette), 0.25);
  canvas.fillRest(surface(random, under, lit(under, 0.6), { wavelength: 40, contrast: 0.3, gain: 1, stretch: 4, angle: comb }));
}
