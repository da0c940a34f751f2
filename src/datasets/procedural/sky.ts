/** Skies: the large calm gradients of photographs, with or without clouds. */
import type { RandomStream } from '../../support/random.js';
import type { Material } from './canvas.js';
import { fractalNoise } from './noise.js';
import { type Color, linearFromHex, mix } from './palette.js';

export interface Sky {
  readonly material: Material;
  /** The color that distance fades to. */
  readonly haze: Color;
}

/** Zenith, horizon, lit and shaded side of clouds. */
const weathers = [
  ['#2d62a8', '#a9c8e0', '#f4f2ee', '#9aa7b8'],
  ['#3f7fc0', '#c9dbe6', '#ffffff', '#a9b3bf'],
  ['#6f8398', '#c3cbd0', '#d8dadb', '#79838e'],
  ['#35466e', '#e6b48a', '#f3c9a0', '#6d6480'],
  ['#8b97a3', '#d5d8d8', '#e4e5e4', '#8f979f'],
  ['#1f4e8c', '#7fb0d8', '#f7f7f5', '#8796a8'],
] as const;

/** @param horizon its y, pixels; clouds flatten towards it. */
export function sky(random: RandomStream, width: number, horizon: number): Sky {
  const [zenith, low, light, shade] = random.choice(weathers).map(linearFromHex) as [Color, Color, Color, Color];
  const cover = random.uniform() < 0.25 ? -3 : random.between(-1.1, 0.7);
  const sunX = random.between(0, width);
  const sunY = random.between(-0.5, 0.9) * horizon;
  const glow = random.between(0, 0.35);
  const size = random.between(0.8, 2.2) * width;
  const offsetX = random.between(0, 256);
  const offsetY = random.between(0, 256);
  const edge = random.between(0.5, 1.3);
  const material: Material = (x, y, color) => {
    const height = Math.min(1, Math.max(0, y / horizon));
    const part = height * height * (1.6 - 0.6 * height);
    let red = zenith[0] + (low[0] - zenith[0]) * part;
    let green = zenith[1] + (low[1] - zenith[1]) * part;
    let blue = zenith[2] + (low[2] - zenith[2]) * part;
    const dx = x - sunX;
    const dy = y - sunY;
    const sun = 1 + glow / (0.15 + (dx * dx + dy * dy) / (0.3 * width * width));
    if (cover > -2) {
      // Clouds lie in a plane above: towards the horizon they get smaller and flatter.
      const scale = size / (1.25 - 0.85 * height);
      const u = (3 * dx) / scale + offsetX;
      const v = (7 * (y - horizon)) / scale + offsetY;
      const density = fractalNoise(u, v, 7, 0.62) + cover;
      const thick = Math.min(1, Math.max(0, density / edge));
      if (thick > 0) {
        const towardsSun = fractalNoise(u - (0.12 * dx) / (Math.abs(dx) + 0.2 * width), v - 0.22, 4, 0.6) + cover;
        const bright = Math.min(1, Math.max(0, 0.62 + 0.55 * (density - towardsSun) - 0.22 * density));
        const opacity = thick * thick * (3 - 2 * thick) * (0.95 - 0.5 * part * part);
        red += opacity * (shade[0] + (light[0] - shade[0]) * bright - red);
        green += opacity * (shade[1] + (light[1] - shade[1]) * bright - green);
        blue += opacity * (shade[2] + (light[2] - shade[2]) * bright - blue);
      }
    }
    color[0] = red * sun;
    color[1] = green * sun;
    color[2] = blue * sun;
  };
  return { material, haze: mix(low, zenith, 0.15) };
}
