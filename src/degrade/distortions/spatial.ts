/** Pixels in the wrong place, or too few values or places for them. */
import type { Image } from '../../images/image.js';
import { optimalQuantizer } from '../color/optimal-quantizer.js';
import { lookUpBytes } from '../color/round-pixels.js';
import type { Distortion } from '../distortion.js';
import { noiseSeed } from '../parameters.js';
import { takePixels } from '../pixel-buffers.js';
import { normalField, uniformField } from '../pixel-noise.js';
import { kernels } from '../simd-kernels.js';
import { inWorkspace } from '../workspace.js';

export const jitter: Distortion<'seed'> = {
  group: 'spatial',
  strength: 'standard deviation of the displacement of every pixel along each axis, pixels',
  // KADID-10k: .05 .1 .2 .5 1, applied five times over; one displacement of the same variance costs a fifth. That would be .11 .22
  // .45 1.1 2.2, whose first values are invisible.
  severities: [0.2, 0.4, 0.7, 1.2, 2.2],
  parameters: { seed: noiseSeed },
  apply(image, deviation, { seed }) {
    const { width, height, data } = image;
    return inWorkspace((workspace) => {
      const target = workspace.reserve(data.length);
      const field = normalField(workspace, 2 * width * height, seed);
      kernels.displace(workspace.load(data), target, field, width, height, deviation);
      return { width, height, data: workspace.bytes(target, data.length) };
    });
  },
};

export const nonEccentricityPatch: Distortion<'seed'> = {
  group: 'spatial',
  strength: 'number of patches (side: 1/14 of the shorter side of the image) copied from up to half their side away',
  // KADID-10k's table, with patches of 16 pixels: 1/14 of a crop of 224.
  severities: [20, 40, 60, 80, 100],
  parameters: { seed: noiseSeed },
  apply(image, count, { seed }) {
    const { width, height, data } = image;
    const side = Math.max(1, Math.round(Math.min(width, height) / 14));
    return paintBlocks(image, count, side, seed, (target, place, pixels, draws) => {
      const fromX = Math.min(Math.max(place.x + Math.round((draws[0] - 0.5) * side), 0), width - side);
      const fromY = Math.min(Math.max(place.firstY + Math.round((draws[1] - 0.5) * side), 0), height - side);
      const from = ((place.y - place.firstY + fromY) * width + fromX) * 3;
      target.set(data.subarray(from, from + 3 * pixels));
    });
  },
};

export const pixelate: Distortion<never> = {
  group: 'spatial',
  strength: 'side of a block, pixels',
  // KADID-10k: .01 .05 .1 .2 .5, that is blocks of 1 / (.95 - strength^.6) = 1.13 1.28 1.43 1.76 3.45 pixels, the first four nearly equal; here a
  // constant ratio. There one pixel stands for its block, a random choice in detailed areas; here their mean does.
  severities: [1.3, 1.9, 2.9, 4.3, 6.5],
  parameters: {},
  apply(image, side) {
    const { width, height, data: source } = image;
    const columns = blocksOf(width, side).map((block) => block * 3);
    const rows = blocksOf(height, side);
    const pitch = columns.at(-1)! + 3;
    const data = takePixels(source.length);
    const sums = new Uint32Array(pitch);
    const counts = new Uint32Array(pitch);
    for (let top = 0, bottom = 1; top < height; top = bottom++) {
      while (bottom < height && rows[bottom] === rows[top]) bottom++;
      sums.fill(0);
      counts.fill(0);
      for (let y = top, at = top * width * 3; y < bottom; y++) {
        for (let x = 0; x < width; x++, at += 3) {
          const block = columns[x]!;
          sums[block]! += source[at]!;
          sums[block + 1]! += source[at + 1]!;
          sums[block + 2]! += source[at + 2]!;
          counts[block]!++;
        }
      }
      for (let block = 0; block < pitch; block++) sums[block] = Math.round(sums[block]! / counts[block - (block % 3)]!);
      const start = top * width * 3;
      for (let x = 0, at = start; x < width; x++, at += 3) {
        const block = columns[x]!;
        data[at] = sums[block]!;
        data[at + 1] = sums[block + 1]!;
        data[at + 2] = sums[block + 2]!;
      }
      for (let y = top + 1; y < bottom; y++) data.copyWithin(y * width * 3, start, start + width * 3);
    }
    return { width, height, data };
  },
};

export const quantization: Distortion<never> = {
  group: 'spatial',
  strength: 'number of values that are left; of a fraction, that share of the rows has one more',
  // KADID-10k: 20 16 13 10 7; from the first noticeable value, and a constant ratio.
  severities: [15, 11.5, 8.5, 6, 4],
  parameters: {},
  apply(image, count) {
    // As there, the thresholds fit the image: with fixed ones, the shift of a smooth area would be random.
    const few = lookUpBytes(image, optimalQuantizer(image.data, Math.floor(count)));
    if (count % 1 === 0) return few;
    const more = lookUpBytes(image, optimalQuantizer(image.data, Math.ceil(count)));
    const border = Math.round((count % 1) * image.height) * image.width * 3;
    more.data.set(few.data.subarray(border), border);
    return more;
  },
};

export const colorBlock: Distortion<'seed'> = {
  group: 'spatial',
  strength: 'number of blocks (side: 1/7 of the shorter side of the image) of a random color',
  // KADID-10k's table, with blocks of 32 pixels: 1/7 of a crop of 224.
  severities: [2, 4, 6, 8, 10],
  parameters: { seed: noiseSeed },
  apply(image, count, { seed }) {
    const side = Math.max(1, Math.round(Math.min(image.width, image.height) / 7));
    return paintBlocks(image, count, side, seed, (target, _place, pixels, draws) => {
      const color = draws.map((draw) => Math.floor(256 * draw));
      for (let index = 0; index < 3 * pixels; index++) target[index] = color[index % 3]!;
    });
  },
};

/** The block in which each of `count` pixels lies: as many blocks as fit, from 0. */
function blocksOf(count: number, side: number): Int32Array {
  const blocks = Math.max(1, Math.round(count / side));
  return Int32Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * blocks) / count));
}

/** Writes one row of a block: `target` starts at its first pixel; `firstY` is the top of the block. */
type PaintRow = (
  target: Uint8Array,
  place: { readonly x: number; readonly y: number; readonly firstY: number },
  pixels: number,
  draws: readonly [number, number, number],
) => void;

/**
 * Replaces square blocks at random places; the fraction of a count is the height of the last block. A block lies under those before it, so
 * that more blocks change more pixels and no pixel twice: each level contains the one before.
 */
function paintBlocks(image: Image, count: number, side: number, seed: number, paintRow: PaintRow): Image {
  const { width, height } = image;
  const data = takePixels(image.data.length);
  data.set(image.data);
  const draws = inWorkspace((workspace) => {
    const words = 5 * Math.ceil(count);
    return new Uint32Array(workspace.bytes(uniformField(workspace, words, seed), 4 * words).buffer);
  });
  for (let block = Math.ceil(count) - 1; block >= 0; block--) {
    const [atX, atY, ...rest] = Array.from(draws.subarray(5 * block, 5 * block + 5), (draw) => draw / 2 ** 32);
    const x = Math.floor(atX! * (width - side + 1));
    const firstY = Math.floor(atY! * (height - side + 1));
    const bottom = firstY + Math.round(side * Math.min(1, count - block));
    for (let y = firstY; y < bottom; y++) {
      paintRow(data.subarray((y * width + x) * 3), { x, y, firstY }, side, rest as [number, number, number]);
    }
  }
  return { width, height, data };
}
