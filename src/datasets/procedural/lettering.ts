/** Rows of signs that imitate writing, the finest man-made detail in photographs. */
import type { RandomStream } from '../../support/random.js';
import type { Pattern } from './material.js';
import { hash } from './noise.js';

/** Strokes of a sign in a cell of 1 by 1: straight from (x0, y0) to (x1, y1), or an arc when `radius` > 0 around (x0, y0) towards x1. */
type Sign = readonly { x0: number; y0: number; x1: number; y1: number; radius: number }[];

function randomSign(random: RandomStream): Sign {
  const columns = [0.2, 0.62];
  const rows = [0.18, 0.5, 0.82];
  const strokes: { x0: number; y0: number; x1: number; y1: number; radius: number }[] = [];
  const stem = random.uniform() < 0.7;
  if (stem) strokes.push({ x0: 0.2, y0: 0.18, x1: 0.2, y1: 0.82, radius: 0 });
  const count = stem ? 1 + random.integer(2) : 2;
  for (let index = 0; index < count; index++) {
    if (random.uniform() < 0.45) {
      const large = random.uniform() < 0.4;
      const y0 = large ? 0.5 : random.choice([0.34, 0.66]);
      strokes.push({ x0: stem ? 0.24 : 0.55, y0, x1: stem ? 1 : -1, y1: y0, radius: large ? 0.32 : 0.16 });
    } else {
      const x0 = random.choice(columns);
      const y0 = random.choice(rows);
      const x1 = x0 === columns[0] || random.uniform() < 0.5 ? 0.62 : 0.2;
      strokes.push({ x0, y0, x1, y1: x1 === x0 ? rows[(rows.indexOf(y0) + 1) % 3]! : random.choice(rows), radius: 0 });
    }
  }
  return strokes;
}

/**
 * Lines of signs from (left, top), turned by `angle`; `size` is the height of a line's cell and `columns` the longest line,
 * in cells. Words and paragraphs end at random.
 */
export function lettering(
  random: RandomStream,
  left: number,
  top: number,
  angle: number,
  size: number,
  columns: number,
  rows: number,
): Pattern {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const alphabet = Array.from({ length: 24 }, () => randomSign(random));
  const seed = random.uint32();
  const advance = 0.62 * size;
  const pitch = 1.3 * size;
  const half = size * random.between(0.05, 0.085);
  return (x, y) => {
    const u = (x - left) * cos + (y - top) * sin;
    const v = (y - top) * cos - (x - left) * sin;
    const row = Math.floor(v / pitch);
    const column = Math.floor(u / advance);
    if (row < 0 || row >= rows || column < 0 || column >= columns) return 0;
    const ragged = hash(row, -1, seed);
    if (column > columns * (ragged < 0.2 ? 0.2 + 2 * ragged : 1 - 0.15 * ragged)) return 0;
    const draw = hash(row, column, seed);
    if (draw < 0.16) return 0;
    const sign = alphabet[Math.floor(((draw - 0.16) / 0.84) * alphabet.length)]!;
    const px = u - column * advance;
    const py = v - row * pitch;
    let nearest = size;
    for (const { x0, y0, x1, y1, radius } of sign) {
      const ax = px - (x0 * size * 0.62) / 0.8;
      const ay = py - y0 * size;
      let distance: number;
      if (radius > 0) {
        distance = ax * x1 < 0 ? Math.hypot(ax, Math.abs(ay) - radius * size) : Math.abs(Math.sqrt(ax * ax + ay * ay) - radius * size);
      } else {
        const bx = ((x1 - x0) * size * 0.62) / 0.8;
        const by = (y1 - y0) * size;
        const along = Math.min(1, Math.max(0, (ax * bx + ay * by) / (bx * bx + by * by)));
        distance = Math.sqrt((ax - along * bx) ** 2 + (ay - along * by) ** 2);
      }
      if (distance < nearest) nearest = distance;
    }
    const share = Math.min(half, nearest + 0.5) - Math.max(-half, nearest - 0.5);
    return share <= 0 ? 0 : Math.min(1, share);
  };
}
