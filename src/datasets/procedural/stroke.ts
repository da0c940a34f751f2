/** Fine lines: grass, hair, twigs, wires. */
import type { Canvas } from './canvas.js';
import type { Color } from './palette.js';

export interface Stroke {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  /** Distance of the middle from the straight line, pixels, across the longer axis: the line is a parabola. */
  readonly bend: number;
  /** Half widths at both ends, pixels; may be below a pixel. */
  readonly halfWidth0: number;
  readonly halfWidth1: number;
  readonly colour0: Color;
  readonly colour1: Color;
  /** Darkening of the far side, 0 flat to 1: blades and twigs are round. */
  readonly roundness: number;
}

/**
 * Draws a line behind everything drawn so far. It is walked along its longer axis; the share of a pixel that it hides is
 * the overlap of the pixel's width with the line's, so that lines thinner than a pixel are fainter, not broken.
 */
export function drawStroke(canvas: Canvas, stroke: Stroke): void {
  const upright = Math.abs(stroke.y1 - stroke.y0) >= Math.abs(stroke.x1 - stroke.x0);
  const m0 = upright ? stroke.y0 : stroke.x0;
  const m1 = upright ? stroke.y1 : stroke.x1;
  const n0 = upright ? stroke.x0 : stroke.y0;
  const n1 = upright ? stroke.x1 : stroke.y1;
  const majorSize = upright ? canvas.height : canvas.width;
  const minorSize = upright ? canvas.width : canvas.height;
  const majorStep = upright ? canvas.width : 1;
  const minorStep = upright ? 1 : canvas.width;
  const length = m1 - m0;
  if (Math.abs(length) < 0.5) return;
  const low = Math.min(m0, m1);
  const high = Math.max(m0, m1);
  const { colour0, colour1, halfWidth0, halfWidth1, bend, roundness } = stroke;
  const last = Math.min(majorSize - 1, Math.ceil(high));
  for (let m = Math.max(0, Math.floor(low)); m <= last; m++) {
    const end = Math.min(m + 0.5, high) - Math.max(m - 0.5, low);
    if (end <= 0) continue;
    const s = Math.min(1, Math.max(0, (m - m0) / length));
    const centre = n0 + (n1 - n0) * s + 4 * bend * s * (1 - s);
    const slope = (n1 - n0 + 4 * bend * (1 - 2 * s)) / length;
    const across = 1 / Math.sqrt(1 + slope * slope);
    const half = halfWidth0 + (halfWidth1 - halfWidth0) * s;
    const reach = (half + 0.5) / across;
    const to = Math.min(minorSize - 1, Math.floor(centre + reach));
    const red = colour0[0] + (colour1[0] - colour0[0]) * s;
    const green = colour0[1] + (colour1[1] - colour0[1]) * s;
    const blue = colour0[2] + (colour1[2] - colour0[2]) * s;
    for (let n = Math.max(0, Math.ceil(centre - reach)); n <= to; n++) {
      const index = m * majorStep + n * minorStep;
      if (canvas.open[index]! < 0.002) continue;
      const distance = (n - centre) * across;
      const share = Math.min(half, distance + 0.5) - Math.max(-half, distance - 0.5);
      if (share <= 0) continue;
      const shade = 1 - roundness * (0.5 + Math.max(-0.5, Math.min(0.5, distance / (2 * half + 0.01))));
      canvas.cover(index, Math.min(1, share) * Math.min(1, end), red * shade, green * shade, blue * shade);
    }
  }
}
