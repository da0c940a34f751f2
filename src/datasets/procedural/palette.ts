/** Colors as they occur together outdoors and indoors. */
import type { RandomStream } from '../../support/random.js';

/** Linear light, red green blue; 1 is a white surface in full light. */
export type Color = readonly [number, number, number];

/** From dark to light. Typical sRGB values of such surfaces in photographs. */
const palettes = {
  foliage: ['#1f2d14', '#33491c', '#4c6428', '#6d7f35', '#8a9650', '#a8ad6a'],
  autumn: ['#3a2416', '#6b3a1b', '#94511f', '#b5782d', '#c9a04a', '#7d7a3c'],
  earth: ['#2e241b', '#4d3b2a', '#6f573e', '#937657', '#b59a77', '#cdb899'],
  stone: ['#33332f', '#55534c', '#787369', '#989288', '#b4aea2', '#cdc8bd'],
  concrete: ['#4a4b4c', '#6c6d6d', '#8b8b88', '#a7a6a1', '#bdbbb4', '#d4d2cb'],
  brick: ['#4f2a20', '#71392a', '#8d4a35', '#a25c43', '#b5745a', '#8f5f50'],
  wood: ['#37251a', '#5a3c28', '#7c5638', '#9b724c', '#ba9468', '#d1b189'],
  skin: ['#4a2d22', '#7b4f3b', '#a87357', '#c99678', '#dcb296', '#ebcbb4'],
  paint: ['#24384f', '#8c2f2a', '#2f5f57', '#c08a2c', '#4b5468', '#d6cfc0', '#66343f', '#3b6f94', '#8f9a8a', '#e0dcd2'],
  flower: ['#a32638', '#c9627f', '#dfb03f', '#ece4d6', '#77648f', '#cf6c3a'],
  metal: ['#2b2d30', '#4a4d52', '#6f7378', '#93979b', '#b7babd', '#d5d7d8'],
  dusk: ['#2b2f45', '#4b4a68', '#7a6580', '#b07f83', '#d9a284', '#ecc79c'],
  water: ['#17303a', '#264b57', '#3b6672', '#5e858c', '#8ba7aa', '#b9cac9'],
} as const;

export type PaletteName = keyof typeof palettes;

const linearPalettes = Object.fromEntries(
  Object.entries(palettes).map(([name, colors]) => [name, colors.map(linearFromHex)]),
) as unknown as Record<PaletteName, readonly Color[]>;

/** sRGB `#rrggbb` to linear light (IEC 61966-2-1). */
export function linearFromHex(hex: string): Color {
  const channel = (start: number): number => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** The color a part of the way from one to another. */
export function mix(from: Color, to: Color, part: number): Color {
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part, from[2] + (to[2] - from[2]) * part];
}

/** The color under `factor` times the light. */
export function lit(color: Color, factor: number): Color {
  return [color[0] * factor, color[1] * factor, color[2] * factor];
}

/** A color of a palette: between two of its neighbors, brightness varied far more than hue, as in nature. */
export function paletteColor(random: RandomStream, name: PaletteName): Color {
  const colors = linearPalettes[name];
  const first = random.integer(colors.length - 1);
  const between = mix(colors[first]!, colors[first + 1]!, name === 'paint' || name === 'flower' ? random.integer(2) : random.uniform());
  const brightness = 2 ** (0.35 * random.normal());
  const warmth = 0.05 * random.normal();
  return [between[0] * brightness * (1 + warmth), between[1] * brightness, between[2] * brightness * (1 - warmth)];
}
