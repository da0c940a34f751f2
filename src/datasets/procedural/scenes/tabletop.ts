/** A few things on a table or before cloth: calm surfaces, soft shadows, small print. */
import type { RandomStream } from '../../../support/random.js';
import type { Canvas, Material } from '../canvas.js';
import { drawFlower } from '../flower.js';
import { lettering } from '../lettering.js';
import { overlay, plain, ramp, rounded, surface, wood } from '../material.js';
import { fractalNoise } from '../noise.js';
import { type Color, lit, type PaletteName, paletteColor } from '../palette.js';
import { checks, joints, stripes } from '../pattern.js';
import { blob, ellipse, roundedRectangle } from '../shape.js';
import { drawStroke } from '../stroke.js';

export function tabletop(canvas: Canvas, random: RandomStream): void {
  const { width, height } = canvas;
  const sun = random.between(-Math.PI, 0);
  const things = 2 + random.integer(22);
  for (let index = 0; index < things; index++) {
    const size = height * 0.05 * 2 ** random.between(0, 2.7);
    const x = random.between(0, width);
    const y = random.between(0, height);
    const kind = random.uniform();
    if (kind < 0.3) drawBall(canvas, random, x, y, 0.6 * size, sun);
    else if (kind < 0.55) drawPaper(canvas, random, x, y, size * 1.2, sun);
    else if (kind < 0.7) drawPlate(canvas, random, x, y, size, sun);
    else if (kind < 0.85) drawPencil(canvas, random, x, y, size * 1.5, sun);
    else if (kind < 0.93) drawCord(canvas, random);
    else drawFlower(canvas, random, x, y, 0.7 * size, sun);
  }
  const cloth = random.uniform() < 0.5;
  const light = random.between(0, 2 * Math.PI);
  canvas.fillRest(ramp(cloth ? folds(random) : boards(random), width / 2, height / 2, light, random.between(0.0003, 0.0011)));
}

function shadowOf(reach: number, sun: number, depth = 0.6): { dx: number; dy: number; softness: number; depth: number } {
  return { dx: -reach * Math.cos(sun), dy: -reach * Math.sin(sun), softness: 1.5 + 0.7 * reach, depth };
}

function drawBall(canvas: Canvas, random: RandomStream, x: number, y: number, radius: number, sun: number): void {
  const color = paletteColor(random, random.choice(['flower', 'autumn', 'paint', 'foliage', 'concrete']));
  const skin = surface(random, color, lit(paletteColor(random, 'autumn'), 0.8), {
    wavelength: radius,
    contrast: random.between(0.03, 0.15),
    gain: 0.9,
  });
  const waves = Array.from({ length: 3 }, () => [0.02 * random.normal(), random.between(0, 6)] as const);
  canvas.fill(
    blob(x, y, radius, waves),
    rounded(skin, x, y, radius * 1.08, radius * 1.08, 0, sun, random.between(0, 0.7)),
    shadowOf(0.4 * radius, sun),
  );
}

function drawPaper(canvas: Canvas, random: RandomStream, x: number, y: number, half: number, sun: number): void {
  const angle = random.between(-0.6, 0.6);
  const a = half * random.between(0.8, 1.5);
  const white = random.uniform() < 0.7;
  const color: Color = white
    ? lit([0.78, 0.77, 0.73], random.between(0.7, 1.1))
    : paletteColor(random, random.choice(['paint', 'skin', 'dusk']));
  const size = random.between(7, 22);
  const rows = Math.floor((1.6 * half) / (1.3 * size));
  const left = -0.85 * a;
  const top = -0.8 * half;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const text = lettering(
    random,
    x + left * cos - top * sin,
    y + left * sin + top * cos,
    angle,
    size,
    Math.floor((1.7 * a) / (0.62 * size)),
    rows,
  );
  const sheet = surface(random, color, lit(color, 0.94), { wavelength: half, contrast: 0.035, gain: 0.8 });
  const bent = ramp(
    overlay(sheet, text, plain(color[1] < 0.2 ? [0.7, 0.7, 0.66] : [0.03, 0.03, 0.04])),
    x,
    y,
    random.between(0, 6),
    0.25 / half,
  );
  canvas.fill(roundedRectangle(x, y, a, half, angle, random.between(0, 5)), bent, shadowOf(random.between(1.5, 7), sun, 0.5));
}

function drawPlate(canvas: Canvas, random: RandomStream, x: number, y: number, radius: number, sun: number): void {
  const color = paletteColor(random, random.choice(['concrete', 'paint', 'water', 'skin']));
  const glaze = surface(random, color, lit(color, 0.9), { wavelength: radius, contrast: 0.04, gain: 0.8 });
  const tilt = random.between(0.7, 1);
  const rim = lit(paletteColor(random, 'paint'), 0.8);
  // Well, shoulder, rim, each lit from the other side than the one before.
  canvas.fill(ellipse(x, y, 0.6 * radius, 0.6 * radius * tilt, 0), ramp(glaze, x, y, sun, -0.25 / radius));
  canvas.fill(ellipse(x, y, 0.68 * radius, 0.68 * radius * tilt, 0), ramp(glaze, x, y, sun, -0.7 / radius));
  canvas.fill(ellipse(x, y, 0.95 * radius, 0.95 * radius * tilt, 0), ramp(glaze, x, y, sun, 0.3 / radius));
  canvas.fill(ellipse(x, y, radius, radius * tilt, 0), plain(rim), shadowOf(0.14 * radius, sun));
}

function drawPencil(canvas: Canvas, random: RandomStream, x: number, y: number, half: number, sun: number): void {
  const angle = random.between(0, Math.PI);
  const thick = Math.max(2.5, half * random.between(0.03, 0.08));
  const color = paletteColor(random, random.choice(['paint', 'flower', 'metal', 'wood']));
  const along = surface(random, color, lit(color, 0.9), { wavelength: 20, contrast: 0.06, gain: 0.9, stretch: 8, angle });
  canvas.fill(
    roundedRectangle(x, y, half, thick, angle, thick * 0.5),
    rounded(along, x, y, half * 20, thick * 1.1, angle, sun, 0.25),
    shadowOf(thick * 0.9, sun),
  );
}

function drawCord(canvas: Canvas, random: RandomStream): void {
  const { width, height } = canvas;
  const color = lit(paletteColor(random, random.choice(['paint', 'metal', 'concrete'])), 0.6);
  const halfWidth = random.between(0.6, 3);
  drawStroke(canvas, {
    x0: -5,
    y0: random.between(0, height),
    x1: width + 5,
    y1: random.between(0, height),
    bend: random.between(-0.2, 0.2) * height,
    halfWidth0: halfWidth,
    halfWidth1: halfWidth,
    colour0: color,
    colour1: color,
    roundness: 0.7,
  });
}

function boards(random: RandomStream): Material {
  const name: PaletteName = random.choice(['wood', 'wood', 'wood', 'stone', 'concrete', 'metal']);
  const color = paletteColor(random, name);
  const angle = random.choice([0, Math.PI / 2, random.between(0, Math.PI)]);
  const other = lit(paletteColor(random, name), 0.9);
  const top =
    name === 'wood'
      ? wood(random, color, lit(other, 0.5), random.between(9, 30), angle)
      : surface(random, color, other, {
          wavelength: 240,
          contrast: random.between(0.1, 0.3),
          gain: random.between(0.9, 1.05),
          creased: random.uniform() < 0.5,
        });
  if (random.uniform() < 0.4) return top;
  const height = random.between(50, 150);
  return overlay(
    top,
    joints(angle, name === 'wood' ? 2000 : height * random.between(1, 2), height, random.between(1, 2.5), 0.5),
    plain(lit(color, 0.25)),
  );
}

/** Cloth in folds: woven threads under light that follows the folds' slope. */
function folds(random: RandomStream): Material {
  const color = paletteColor(random, random.choice(['paint', 'paint', 'dusk', 'concrete', 'water', 'skin']));
  const angle = random.between(0, Math.PI);
  const woven = overlay(
    surface(random, color, lit(color, 0.9), { wavelength: 8, contrast: 0.1, gain: 1, stretch: 2.5, angle }),
    stripes(angle + 1.57, random.between(3.2, 5), 1.5, 0),
    plain(lit(color, 0.82)),
  );
  const printed =
    random.uniform() < 0.4
      ? overlay(woven, checks(angle, random.between(20, 70), random.between(6, 18)), plain(lit(paletteColor(random, 'paint'), 0.9)))
      : woven;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const wavelength = random.between(110, 320);
  const strength = random.between(0.15, 0.5);
  const offset = random.between(0, 256);
  return (x, y, out) => {
    const u = (x * cos + y * sin) / (wavelength * 3);
    const v = (y * cos - x * sin) / wavelength;
    const fold = fractalNoise(u + offset, v + offset, 2, 0.45) * strength;
    const factor = fold > 0 ? 1 + fold : 1 / (1 - 1.5 * fold);
    printed(x, y, out);
    out[0]! *= factor;
    out[1]! *= factor;
    out[2]! *= factor;
  };
}
