import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { type DistortionName, distortionNames, distortions } from '#antonym/degrade/distortions/table.js';
import { meanSquaredError } from '#antonym/degrade/fidelity.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { withoutOracle } from './without-oracle.js';

interface Golden {
  readonly side: number;
  readonly cases: readonly {
    readonly name: DistortionName;
    readonly strength: number;
    readonly parameters: Readonly<Record<string, number>>;
    readonly oracle: string;
  }[];
}

const { side, cases } = JSON.parse(await readFile(new URL('golden/golden.json', import.meta.url), 'utf8')) as Golden;

let tiles: Image;
const tile = (index: number): Image => cropImage(tiles, 0, index * side, side, side);
beforeAll(async () => {
  tiles = await decodeImage(fileURLToPath(new URL('golden/golden.png', import.meta.url)));
});

test('every distortion has a golden result or has no oracle', () => {
  expect([...new Set([...cases.map(({ name }) => name), ...withoutOracle])].sort()).toEqual([...distortionNames].sort());
});

test.each(
  cases.map((golden, index) => ({ ...golden, index })),
)('$name $strength $parameters agrees with $oracle: PSNR above 45 dB', async ({ name, strength, parameters, index }) => {
  const result = await distortions[name].apply(tile(0), strength, parameters);
  const golden = tile(index + 1);
  expect(meanSquaredError(golden, tile(0)), 'the golden result differs from the crop').toBeGreaterThan(1);
  const psnr = 10 * Math.log10(255 ** 2 / Math.max(meanSquaredError(golden, result), 1e-9));
  expect(psnr).toBeGreaterThan(45);
});
