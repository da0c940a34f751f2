/** Grass: a thousand fine lines in disorder. */
import type { RandomStream } from '../../support/random.js';
import type { Canvas } from './canvas.js';
import { type Color, lit, mix, type PaletteName, paletteColor } from './palette.js';
import { drawStroke } from './stroke.js';

/** A tuft of blades rooted at `ground` (y, pixels), `height` pixels high on average, along the whole width of the picture. */
export function drawGrass(
  canvas: Canvas,
  random: RandomStream,
  ground: number,
  height: number,
  count: number,
  palette: PaletteName,
  haze: Color,
  distance: number,
): void {
  const wind = random.between(-0.3, 0.3);
  for (let blade = 0; blade < count; blade++) {
    const x0 = random.between(-height, canvas.width + height);
    const y0 = ground + random.between(-0.25, 0.25) * height;
    const tall = height * random.between(0.5, 1.3);
    const x1 = x0 + tall * (wind + 0.28 * random.normal());
    const color = mix(paletteColor(random, palette), haze, distance);
    drawStroke(canvas, {
      x0,
      y0,
      x1,
      y1: y0 - tall,
      bend: 0.08 * tall * random.normal(),
      halfWidth0: Math.max(0.4, height * random.between(0.012, 0.03)),
      halfWidth1: 0.12,
      colour0: lit(color, 0.4),
      colour1: lit(color, 1.15),
      roundness: 0.35,
    });
  }
}
