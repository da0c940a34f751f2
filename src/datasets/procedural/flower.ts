/** Flowers: small saturated color. */
import type { RandomStream } from '../../support/random.js';
import type { Canvas } from './canvas.js';
import { ramp, rounded, surface } from './material.js';
import { lit, paletteColor } from './palette.js';
import { ellipse, leaf } from './shape.js';

/** A flower head of petals around an eye, `radius` in pixels. */
export function drawFlower(canvas: Canvas, random: RandomStream, x: number, y: number, radius: number, sun: number): void {
  const color = paletteColor(random, 'flower');
  const eye = paletteColor(random, 'autumn');
  const skin = surface(random, eye, lit(eye, 0.6), { wavelength: Math.max(4, radius / 3), contrast: 0.3, gain: 1 });
  canvas.fill(ellipse(x, y, radius * 0.26, radius * 0.24, 0), rounded(skin, x, y, radius * 0.28, radius * 0.28, 0, sun, 0));
  const petals = 5 + random.integer(9);
  const start = random.between(0, Math.PI);
  for (let petal = 0; petal < petals; petal++) {
    const angle = start + (2 * Math.PI * petal) / petals + 0.05 * random.normal();
    const cx = x + 0.58 * radius * Math.cos(angle);
    const cy = y + 0.58 * radius * Math.sin(angle);
    const skinned = surface(random, color, lit(color, 0.75), {
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
