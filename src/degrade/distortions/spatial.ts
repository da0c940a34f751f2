/** Pixels in the wrong place, or too few values or places for them. */
import type { Image } from '../../datasets/image.js';
import type { Distortion } from '../distortion.js';
import { noiseSeed } from '../parameters.js';
import { normalField, uniformField } from '../pixel-noise.js';
import { byteTable, lookUpBytes } from '../round-pixels.js';
import { inWorkspace, kernels } from '../workspace.js';

export const jitter: Distortion<'seed'> = {
  name: 'jitter',
  group: 'spatial',
  strength: 'standard deviation of the displacement of every pixel along each axis, pixels',
  // KADID-10k: .05 .1 .2 .5 1, applied five times over; one displacement of the same variance costs a fifth. That would be .11 .22
  // .45 1.1 2.2, whose first values one does not see.
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
  name: 'non-eccentricity-patch',
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
  name: 'pixelate',
  group: 'spatial',
  strength: 'side of a block, pixels',
  // KADID-10k: .01 .05 .1 .2 .5, that is blocks of 1 / (.95 - strength^.6) = 1.13 1.27 1.43 1.76 3.45 pixels, the first four hardly different; here a
  // constant ratio.
  severities: [1.2, 1.8, 2.7, 4, 6.5],
  parameters: {},
  apply(image, side) {
    const { width, height, data: source } = image;
    const data = new Uint8Array(source.length);
    const columns = nearestSources(width, side).map((column) => column * 3);
    const rows = nearestSources(height, side);
    for (let y = 0; y < height; y++) {
      const start = y * width * 3;
      if (y > 0 && rows[y] === rows[y - 1]) {
        data.copyWithin(start, start - width * 3, start);
        continue;
      }
      const row = rows[y]! * width * 3;
      for (let x = 0, at = start; x < width; x++, at += 3) {
        const from = row + columns[x]!;
        data[at] = source[from]!;
        data[at + 1] = source[from + 1]!;
        data[at + 2] = source[from + 2]!;
      }
    }
    return { width, height, data };
  },
};

export const quantization: Distortion<never> = {
  name: 'quantization',
  group: 'spatial',
  strength: 'number of values of each channel',
  // KADID-10k: 20 16 13 10 7; a milder start and a constant ratio. A fraction makes the last bin narrower, so that any two strengths differ.
  severities: [24, 17, 12, 8, 5],
  parameters: {},
  apply(image, count) {
    const table = byteTable((value) => Math.floor(Math.min(value, 0.9999) * count) / (count - 1));
    return lookUpBytes(image, table);
  },
};

export const colorBlock: Distortion<'seed'> = {
  name: 'color-block',
  group: 'spatial',
  strength: 'number of blocks (side: 1/7 of the shorter side of the image) of a random colour',
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

/** Where each of `count` pixels comes from when a line is shrunk by `side` and enlarged again: the middle of its block. */
function nearestSources(count: number, side: number): Int32Array {
  const blocks = Math.max(1, Math.round(count / side));
  return Int32Array.from({ length: count }, (_, index) =>
    Math.floor(((Math.floor(((index + 0.5) * blocks) / count) + 0.5) * count) / blocks),
  );
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
  const data = new Uint8Array(image.data);
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
