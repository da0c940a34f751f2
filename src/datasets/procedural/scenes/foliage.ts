/** A view into foliage. */
import type { RandomStream } from '../../../support/random.js';
import { drawBranches } from '../branches.js';
import type { Canvas, Material } from '../canvas.js';
import { drawFlower } from '../flower.js';
import { overlay, plain, surface } from '../material.js';
import { lit, mix, type PaletteName, paletteColor } from '../palette.js';
import { veins } from '../pattern.js';
import { scaleInvariantRadius } from '../scene.js';
import { leaf } from '../shape.js';

export function foliage(canvas: Canvas, random: RandomStream): void {
  const { width, height } = canvas;
  const palette: PaletteName = random.choice(['foliage', 'foliage', 'autumn']);
  const sun = random.between(-Math.PI, 0);
  const smallest = random.between(6, 26);
  const largest = smallest * random.between(3, 9);
  const slim = random.between(0.22, 0.5);
  const hang = random.between(0, Math.PI);
  const disorder = random.between(0.3, 1.5);
  const bright = random.uniform() < 0.5;
  for (let index = 0; index < 6; index++) {
    if (random.uniform() < 0.35)
      drawFlower(canvas, random, random.between(0, width), random.between(0, height), random.between(10, 60), sun);
  }
  if (random.uniform() < 0.5)
    drawBranches(
      canvas,
      random,
      random.between(0, width),
      height + 5,
      -Math.PI / 2 + 0.3 * random.normal(),
      height * 0.25,
      random.between(4, 10),
      lit(paletteColor(random, 'wood'), 0.5),
    );
  for (let count = 0; count < 5000 && (count % 32 !== 0 || canvas.openShare() > (bright ? 0.08 : 0.01)); count++) {
    const a = scaleInvariantRadius(random, smallest, largest);
    const x = random.between(-a, width + a);
    const y = random.between(-a, height + a);
    const angle = hang + disorder * random.normal();
    const b = a * slim * random.between(0.75, 1.25);
    // Leaves further in get less light.
    const depth = Math.exp(-count / 900);
    const material = leafSurface(random, palette, x, y, a, angle, sun, 0.45 + 0.55 * depth);
    const reach = 2 + 0.18 * a;
    canvas.fill(leaf(x, y, a, b, angle), material, {
      dx: -reach * Math.cos(sun),
      dy: -reach * Math.sin(sun),
      softness: 1 + reach,
      depth: 0.6,
    });
  }
  const behind = bright ? paletteColor(random, 'water') : lit(paletteColor(random, palette), 0.12);
  canvas.fillRest(surface(random, behind, lit(behind, 0.7), { wavelength: 200, contrast: 0.25, gain: 0.6 }));
}

function leafSurface(
  random: RandomStream,
  palette: PaletteName,
  cx: number,
  cy: number,
  a: number,
  angle: number,
  sun: number,
  light: number,
): Material {
  const color = lit(paletteColor(random, palette), light);
  const skin = surface(random, color, mix(color, lit(paletteColor(random, palette), light), 0.5), {
    wavelength: Math.max(6, 0.5 * a),
    contrast: 0.13,
    gain: 0.85,
  });
  const body = a < 9 ? skin : overlay(skin, veins(cx, cy, a, angle), plain(lit(color, random.choice([0.62, 1.5]))));
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  // The two halves of a folded leaf face the sun differently.
  const fold = 0.25 * Math.sin(sun - angle) * random.between(0.4, 1.4);
  const along = random.between(-0.3, 0.3) / a;
  return (x, y, out) => {
    body(x, y, out);
    const v = (y - cy) * cos - (x - cx) * sin;
    const factor = 1 + Math.max(-1, Math.min(1, v)) * fold + along * ((x - cx) * cos + (y - cy) * sin);
    out[0]! *= factor;
    out[1]! *= factor;
    out[2]! *= factor;
  };
}
