/** Grass from near to far, with flowers. */
import type { RandomStream } from '../../../support/random.js';
import type { Canvas } from '../canvas.js';
import { drawFlower } from '../flower.js';
import { drawGrass } from '../grass.js';
import { surface } from '../material.js';
import { lit, type PaletteName, paletteColor } from '../palette.js';
import { below } from '../shape.js';
import { sky } from '../sky.js';

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
  const soil = lit(paletteColor(random, palette), 0.35);
  canvas.fill(
    below(new Float64Array(width).fill(horizon + 4), height),
    surface(random, soil, lit(soil, 0.6), { wavelength: 30, contrast: 0.3, gain: 1 }),
  );
  canvas.fillRest(material);
}
