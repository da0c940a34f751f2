/** Fur: strands combed by one wind, the densest fine detail there is. */
import type { RandomStream } from '../../../support/random.js';
import type { Canvas } from '../canvas.js';
import { surface } from '../material.js';
import { fractalNoise } from '../noise.js';
import { lit, type PaletteName, paletteColor } from '../palette.js';
import { drawStroke } from '../stroke.js';

export function fur(canvas: Canvas, random: RandomStream): void {
  const { width, height } = canvas;
  const palette: PaletteName = random.choice(['wood', 'earth', 'stone', 'skin', 'concrete', 'autumn']);
  const length = random.between(30, 110);
  const halfWidth = random.between(0.45, 1.4);
  const comb = random.between(-Math.PI, Math.PI);
  const offset = random.between(0, 256);
  const scale = random.between(180, 600);
  const strands = Math.min(26_000, Math.ceil((2.6 * width * height) / (length * (2 * halfWidth + 0.6))));
  for (let index = 0; index < strands; index++) {
    const x = random.between(-length, width + length);
    const y = random.between(-length, height + length);
    const angle = comb + 0.9 * fractalNoise(x / scale + offset, y / scale, 3, 0.6) + 0.12 * random.normal();
    const patch = 1 + 0.5 * Math.tanh(fractalNoise(x / 160, y / 160 + offset, 3, 0.7));
    const color = lit(paletteColor(random, palette), patch);
    const reach = length * random.between(0.6, 1.2);
    drawStroke(canvas, {
      x0: x,
      y0: y,
      x1: x + reach * Math.cos(angle),
      y1: y + reach * Math.sin(angle),
      bend: 0.07 * reach * random.normal(),
      halfWidth0: halfWidth * random.between(0.6, 1.3),
      halfWidth1: 0.15,
      colour0: lit(color, 0.35),
      colour1: lit(color, 1.2),
      roundness: 0.3,
    });
  }
  const under = lit(paletteColor(random, palette), 0.25);
  canvas.fillRest(surface(random, under, lit(under, 0.6), { wavelength: 40, contrast: 0.3, gain: 1, stretch: 4, angle: comb }));
}
