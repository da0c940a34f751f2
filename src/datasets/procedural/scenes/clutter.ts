/** Objects of all sizes over each other: dead leaves (Matheron; Lee, Mumford, Huang 2001) with surfaces, light and shadows. */
import type { RandomStream } from '../../../support/random.js';
import type { Canvas, Material } from '../canvas.js';
import { lettering } from '../lettering.js';
import { overlay, plain, ramp, rounded, surface } from '../material.js';
import { type Color, lit, type PaletteName, paletteColor } from '../palette.js';
import { checks, dots, joints, stripes } from '../pattern.js';
import { scaleInvariantRadius } from '../scene.js';
import { blob, ellipse, polygon, roundedRectangle, type Shape } from '../shape.js';

const themes: readonly (readonly PaletteName[])[] = [
  ['paint', 'concrete', 'metal', 'wood', 'skin'],
  ['stone', 'earth', 'concrete'],
  ['foliage', 'autumn', 'earth', 'flower'],
  ['wood', 'brick', 'paint', 'concrete'],
  ['skin', 'flower', 'dusk', 'wood'],
  ['water', 'stone', 'metal', 'paint'],
];

export function clutter(canvas: Canvas, random: RandomStream): void {
  const theme = random.choice(themes);
  const sun = random.between(-Math.PI, 0);
  const smallest = random.between(2.5, 12);
  const largest = 0.4 * Math.max(canvas.width, canvas.height);
  for (let count = 0; count < 9000 && (count % 64 !== 0 || canvas.openShare() > 0.02); count++) {
    const radius = scaleInvariantRadius(random, smallest, largest);
    const x = random.between(-radius, canvas.width + radius);
    const y = random.between(-radius, canvas.height + radius);
    const { shape, material } = object(random, theme, x, y, radius, sun);
    const reach = Math.min(24, 1.5 + 0.16 * radius);
    canvas.fill(shape, material, { dx: -reach * Math.cos(sun), dy: -reach * Math.sin(sun), softness: 1 + reach, depth: 0.55 });
  }
  const color = paletteColor(random, random.choice(theme));
  canvas.fillRest(surface(random, color, lit(color, 0.7), { wavelength: 120, contrast: 0.2, gain: 0.8 }));
}

function object(
  random: RandomStream,
  theme: readonly PaletteName[],
  x: number,
  y: number,
  radius: number,
  sun: number,
): { shape: Shape; material: Material } {
  const name = random.choice(theme);
  const color = paletteColor(random, name);
  const angle = random.between(0, Math.PI);
  const aspect = random.between(0.35, 1);
  const skin = covering(random, color, paletteColor(random, random.choice(theme)), x, y, radius, angle);
  const kind = random.uniform();
  if (kind < 0.3) {
    const a = radius;
    const b = radius * aspect;
    return {
      shape: ellipse(x, y, a, b, angle),
      material: rounded(skin, x, y, a * 1.02, b * 1.02, angle, sun, random.uniform() < 0.4 ? 0.5 : 0),
    };
  }
  const tilted = ramp(skin, x, y, random.between(0, 2 * Math.PI), (0.5 * random.uniform()) / radius);
  if (kind < 0.6)
    return { shape: roundedRectangle(x, y, radius, radius * aspect, angle, radius * aspect * random.between(0, 0.3)), material: tilted };
  if (kind < 0.8) {
    const start = random.between(0, 2 * Math.PI);
    const sides = 3 + random.integer(4);
    const angles = Array.from({ length: sides }, (_, side) => start + (2 * Math.PI * (side + random.between(-0.2, 0.2))) / sides);
    return { shape: polygon(x, y, radius, angles), material: tilted };
  }
  const waves = Array.from(
    { length: 4 },
    (_, index) => [(0.16 * random.normal()) / (index + 1.5), random.between(0, 2 * Math.PI)] as const,
  );
  return { shape: blob(x, y, radius, waves), material: rounded(skin, x, y, radius * 1.3, radius * 1.3, 0, sun, 0) };
}

function covering(random: RandomStream, color: Color, other: Color, x: number, y: number, radius: number, angle: number): Material {
  const grain = {
    wavelength: Math.max(8, radius * random.between(0.3, 1.5)),
    contrast: 0.06 + 0.25 * random.uniform() ** 2,
    gain: random.between(0.7, 1.1),
    creased: random.uniform() < 0.3,
  };
  const stretched = random.uniform() < 0.25 ? { ...grain, stretch: random.between(3, 10), angle } : grain;
  const base = surface(random, color, lit(color, random.between(0.6, 1)), stretched);
  const kind = random.uniform();
  if (radius < 14 || kind < 0.55) return base;
  const over = surface(random, other, lit(other, 0.8), grain);
  const period = Math.max(6, radius * random.between(0.1, 0.4));
  if (kind < 0.65) return overlay(base, stripes(angle, period, period * random.between(0.2, 0.6), 0), over);
  if (kind < 0.72) return overlay(base, checks(angle, period, period * 0.45), over);
  if (kind < 0.78) return overlay(base, dots(angle, period, period * random.between(0.2, 0.4)), over);
  if (kind < 0.86) return overlay(base, joints(angle, period * 2.2, period, Math.max(1, period * 0.09), 0.5), over);
  const size = Math.max(7, radius * random.between(0.08, 0.4));
  const ink = plain(random.uniform() < 0.8 ? lit(color, 0.12) : [0.8, 0.8, 0.78]);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const u = -0.8 * radius;
  const v = -0.3 * radius;
  return overlay(
    base,
    lettering(
      random,
      x + u * cos - v * sin,
      y + u * sin + v * cos,
      angle,
      size,
      Math.floor((1.6 * radius) / (0.62 * size)),
      Math.ceil(radius / size),
    ),
    ink,
  );
}
