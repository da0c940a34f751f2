/** House fronts under a sky, behind signs, lamps, wires and trees. */
import type { RandomStream } from '../../../support/random.js';
import type { Canvas } from '../canvas.js';
import { facade, frontShape } from '../facade.js';
import { lettering } from '../lettering.js';
import { overlay, plain, ramp, surface } from '../material.js';
import { lit, paletteColor } from '../palette.js';
import { joints } from '../pattern.js';
import { below, roundedRectangle } from '../shape.js';
import { sky } from '../sky.js';
import { drawStroke } from '../stroke.js';
import { drawTree } from '../tree.js';

export function street(canvas: Canvas, random: RandomStream): void {
  const { width, height } = canvas;
  const { material, haze } = sky(random, width, height * 1.1);
  const sun = random.between(-Math.PI, 0);
  const ground = height * random.between(0.8, 1.3);
  if (random.uniform() < 0.5) drawSpan(canvas, random);
  if (random.uniform() < 0.5) drawRailing(canvas, random, Math.min(height, ground) + 6);
  const posts = random.integer(3);
  for (let index = 0; index < posts; index++) drawPost(canvas, random, random.between(0, width), ground + 20);
  const signs = random.integer(6);
  for (let index = 0; index < signs; index++)
    drawSign(canvas, random, random.between(0, width), height * random.between(0.15, 0.85), height * random.between(0.05, 0.2));
  const trees = random.uniform() < 0.4 ? 1 + random.integer(2) : 0;
  for (let index = 0; index < trees; index++)
    drawTree(canvas, random, random.between(0, width), ground + 10, height * random.between(0.4, 0.8), 'foliage', haze, 0, sun);
  const pavement = paletteColor(random, 'concrete');
  const paved = overlay(
    surface(random, pavement, lit(pavement, 0.8), { wavelength: 40, contrast: 0.2, gain: 1.1 }),
    joints(0, random.between(30, 70), random.between(9, 20), 1.2, 0.5),
    plain(lit(pavement, 0.45)),
  );
  const slope = random.between(-0.04, 0.04);
  canvas.fill(
    below(
      Float64Array.from({ length: width }, (_, x) => ground + slope * (x - width / 2)),
      height,
    ),
    ramp(paved, 0, ground, Math.PI / 2, -0.001),
  );
  let left = -random.between(0, 0.3) * width;
  const calm = random.uniform() < 0.4;
  const common = random.between(-0.12, 0.12);
  while (left < width) {
    const reach = width * (calm ? 1.5 : random.between(0.15, 0.55));
    const front = {
      left,
      right: left + reach,
      roof: height * (calm ? random.between(-0.6, 0.1) : random.between(-0.2, 0.45)) - common * reach * 0.5,
      roofSlope: common + 0.03 * random.normal(),
      foot: ground + slope * (left - width / 2) + 2,
      footSlope: slope,
    };
    const light = random.between(0.55, 1.15);
    canvas.fill(frontShape(front), facade(random, front, light));
    left += reach + (random.uniform() < 0.2 ? random.between(5, 60) : 0);
  }
  canvas.fillRest(material);
}

/** Cables between the houses. */
function drawSpan(canvas: Canvas, random: RandomStream): void {
  const { width, height } = canvas;
  const count = 1 + random.integer(6);
  const color = lit(paletteColor(random, 'metal'), 0.12);
  for (let index = 0; index < count; index++) {
    const y0 = height * random.between(0, 0.4);
    const halfWidth = random.between(0.35, 1.2);
    drawStroke(canvas, {
      x0: -2,
      y0,
      x1: width + 2,
      y1: height * random.between(0, 0.4),
      bend: height * random.between(0.01, 0.07),
      halfWidth0: halfWidth,
      halfWidth1: halfWidth,
      colour0: color,
      colour1: color,
      roundness: 0.4,
    });
  }
}

function drawRailing(canvas: Canvas, random: RandomStream, foot: number): void {
  const { width, height } = canvas;
  const tall = height * random.between(0.12, 0.3);
  const pitch = random.between(9, 26);
  const halfWidth = random.between(0.8, 2.2);
  const color = lit(paletteColor(random, random.choice(['metal', 'paint'])), random.between(0.15, 0.7));
  const bar = { bend: 0, colour0: color, colour1: lit(color, 0.8), roundness: 0.6 };
  for (const y of [foot - tall, foot - 0.15 * tall])
    drawStroke(canvas, { ...bar, x0: -2, y0: y, x1: width + 2, y1: y + 3, halfWidth0: 1.5 * halfWidth, halfWidth1: 1.5 * halfWidth });
  for (let x = random.between(0, pitch); x < width; x += pitch) {
    drawStroke(canvas, { ...bar, x0: x, y0: foot - tall - 6, x1: x, y1: foot + 10, halfWidth0: halfWidth, halfWidth1: halfWidth });
  }
}

function drawPost(canvas: Canvas, random: RandomStream, x: number, foot: number): void {
  const color = lit(paletteColor(random, 'metal'), random.between(0.2, 0.8));
  const halfWidth = random.between(2, 6);
  const top = canvas.height * random.between(-0.1, 0.4);
  const lean = random.between(-3, 3);
  const arm = random.between(-80, 80);
  drawStroke(canvas, {
    x0: x + lean,
    y0: top,
    x1: x + lean + arm,
    y1: top - 6,
    bend: -8,
    halfWidth0: halfWidth * 0.5,
    halfWidth1: halfWidth * 0.35,
    colour0: color,
    colour1: color,
    roundness: 0.6,
  });
  drawStroke(canvas, {
    x0: x,
    y0: foot,
    x1: x + lean,
    y1: top,
    bend: 0,
    halfWidth0: halfWidth,
    halfWidth1: halfWidth * 0.6,
    colour0: color,
    colour1: color,
    roundness: 0.7,
  });
}

function drawSign(canvas: Canvas, random: RandomStream, x: number, y: number, half: number): void {
  const board = paletteColor(random, random.choice(['paint', 'paint', 'concrete', 'flower']));
  const dark = board[1] < 0.25;
  const a = half * random.between(0.8, 2.6);
  const angle = 0.04 * random.normal();
  const size = (2 * half) / (1.5 * (1 + random.integer(4)));
  const rows = Math.max(1, Math.floor((1.7 * half) / (1.3 * size)));
  const columns = Math.max(2, Math.floor((1.75 * a) / (0.62 * size)));
  const grain = surface(random, board, lit(board, 0.85), { wavelength: 70, contrast: 0.06, gain: 0.9 });
  const text = lettering(random, x - 0.87 * a, y - 0.5 * rows * 1.3 * size, angle, size, columns, rows);
  const ink = plain(dark ? [0.75, 0.74, 0.7] : [0.03, 0.03, 0.035]);
  const shadow = { dx: 4, dy: 6, softness: 4, depth: 0.5 };
  canvas.fill(roundedRectangle(x, y, a, half, angle, 3), overlay(grain, text, ink));
  const rim = lit(paletteColor(random, 'metal'), 0.6);
  canvas.fill(roundedRectangle(x, y, a + 2.5, half + 2.5, angle, 5), plain(rim), shadow);
}
