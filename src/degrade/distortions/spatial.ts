/** Pixels in the wrong place, or too few values or places for them. */
import type { Image } from '../../datasets/image.js';
import type { Distortion } from '../distortion.js';
import { noiseSeed } from '../parameters.js';
import { pixelNoise } from '../pixel-noise.js';
import { byteTable, lookUpBytes } from '../round-pixels.js';

export const jitter: Distortion<'seed'> = {
  name: 'jitter',
  group: 'spatial',
  strength: 'standard deviation of the displacement of every pixel along each axis, pixels',
  // KADID-10k: .05 .1 .2 .5 1, applied five times over; one displacement of the same variance costs a fifth. That would be .11 .22
  // .45 1.1 2.2, whose first values one does not see.
  severities: [0.2, 0.4, 0.7, 1.2, 2.2],
  parameters: { seed: noiseSeed },
  apply(image, deviation, { seed }) {
    const { width, height, data: source } = image;
    const field = new Float32Array(width * height * 2);
    pixelNoise(seed).fillNormal(field);
    const data = new Uint8Array(source.length);
    for (let y = 0, pixel = 0; y < height; y++) {
      for (let x = 0; x < width; x++, pixel++) {
        const sourceX = Math.min(Math.max(x + deviation * field[2 * pixel]!, 0), width - 1);
        const sourceY = Math.min(Math.max(y + deviation * field[2 * pixel + 1]!, 0), height - 1);
        const left = sourceX | 0;
        const top = sourceY | 0;
        const [tx, ty] = [sourceX - left, sourceY - top];
        const start = (top * width + left) * 3;
        const right = left + 1 < width ? 3 : 0;
        const below = top + 1 < height ? width * 3 : 0;
        for (let channel = 0; channel < 3; channel++) {
          const at = start + channel;
          const upper = source[at]! + (source[at + right]! - source[at]!) * tx;
          const lower = source[at + below]! + (source[at + below + right]! - source[at + below]!) * tx;
          data[pixel * 3 + channel] = upper + (lower - upper) * ty + 0.5;
        }
      }
    }
    return { width, height, data };
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
    return paintBlocks(image, count, side, seed, (left, top, draws) => {
      const fromX = Math.min(Math.max(left + Math.round((draws[0] - 0.5) * side), 0), width - side);
      const fromY = Math.min(Math.max(top + Math.round((draws[1] - 0.5) * side), 0), height - side);
      return (x, y, channel) => data[((y - top + fromY) * width + x - left + fromX) * 3 + channel]!;
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
    const columns = nearestSources(width, side);
    const rows = nearestSources(height, side);
    for (let y = 0; y < height; y++) {
      const row = rows[y]! * width;
      for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
        const from = (row + columns[x]!) * 3;
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
    return { ...image, data: lookUpBytes(image.data, table) };
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
    return paintBlocks(image, count, side, seed, (_left, _top, draws) => {
      const color = draws.map((draw) => Math.floor(256 * draw));
      return (_x, _y, channel) => color[channel]!;
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

/**
 * Replaces square blocks at random places; the fraction of a count is the height of the last block. A block lies under those before it, so
 * that more blocks change more pixels and no pixel twice: each level contains the one before.
 */
function paintBlocks(
  image: Image,
  count: number,
  side: number,
  seed: number,
  contentOf: (left: number, top: number, draws: [number, number, number]) => (x: number, y: number, channel: number) => number,
): Image {
  const { width, height } = image;
  const data = new Uint8Array(image.data);
  const painted = new Uint8Array(width * height);
  const draws = new Uint32Array(5 * Math.ceil(count));
  pixelNoise(seed).fillUniform(draws);
  for (let block = 0; block < count; block++) {
    const [atX, atY, ...rest] = Array.from(draws.subarray(5 * block, 5 * block + 5), (draw) => draw / 2 ** 32);
    const left = Math.floor(atX! * (width - side + 1));
    const top = Math.floor(atY! * (height - side + 1));
    const content = contentOf(left, top, rest as [number, number, number]);
    const bottom = top + Math.round(side * Math.min(1, count - block));
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < left + side; x++) {
        const pixel = y * width + x;
        if (painted[pixel] === 1) continue;
        painted[pixel] = 1;
        for (let channel = 0; channel < 3; channel++) data[pixel * 3 + channel] = content(x, y, channel);
      }
    }
  }
  return { width, height, data };
}
