/** Bare branches: lines of every width down to less than a pixel. */
import type { RandomStream } from '../../support/random.js';
import type { Canvas } from './canvas.js';
import type { Color } from './palette.js';
import { drawStroke } from './stroke.js';

/** A bare tree or branch from (x, y) along `angle`, `length` and `width` in pixels, forking down to twigs. */
export function drawBranches(
  canvas: Canvas,
  random: RandomStream,
  x: number,
  y: number,
  angle: number,
  length: number,
  width: number,
  color: Color,
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
    colour0: color,
    colour1: color,
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
      color,
    );
  }
}
