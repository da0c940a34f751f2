import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { alone } from '#antonym/peers/peers.js';
import { randomStream } from '#antonym/support/random.js';
import { opinionBatches } from '#antonym/train/opinion/opinion-batches.js';
import type { OpinionSet } from '#antonym/train/opinion/opinion-set.js';
import { validateOpinions } from '#antonym/train/opinion/validation.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const [count, crop, batchSize] = [7, 8, 3];
const folder = await temporaryFolder();

/** Images of 12x10 pixels whose red says which one it is, and whose green and blue where a pixel is. */
async function setOf(): Promise<OpinionSet> {
  const training = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const data = Uint8Array.from({ length: 12 * 10 * 3 }, (__, at) => {
        const pixel = Math.floor(at / 3);
        return [index * 20, (pixel % 12) * 10, Math.floor(pixel / 12) * 10][at % 3]!;
      });
      const path = join(folder, `${index}.png`);
      await sharp(data, { raw: { width: 12, height: 10, channels: 3 } })
        .png()
        .toFile(path);
      return { image: `${index}.png`, path, opinion: index, sha256: String(index) };
    }),
  );
  return { name: 'mine', direction: 'higher is better', range: [0, count - 1], training, validation: training, test: [], fingerprint: '' };
}

const set = await setOf();

async function taken(firstStep: number, batches: number) {
  const made = opinionBatches(set, { seed: 4, crop, batchSize, firstStep });
  const list = [];
  for (let index = 0; index < batches; index++) list.push((await made.next()).value);
  await made.return(undefined as never);
  return list;
}

test('batches show every image once an epoch, a crop of it as recorded with its own opinion, and depend on their number alone', async () => {
  const batches = await taken(0, 7);
  for (const { pixels, opinions, records } of batches) {
    for (const [at, { image, left, top, isMirrored }] of records.entries()) {
      const index = Number.parseInt(image, 10);
      expect(opinions[at]).toBeCloseTo(index / (count - 1), 6);
      const crops = pixels.subarray(at * crop * crop * 3, (at + 1) * crop * crop * 3);
      expect(Array.from(crops.subarray(0, 3))).toEqual([index * 20, (isMirrored ? left + crop - 1 : left) * 10, top * 10]);
      expect(Array.from(crops.slice(-3))).toEqual([index * 20, (isMirrored ? left : left + crop - 1) * 10, (top + crop - 1) * 10]);
    }
  }
  const shown = batches.flatMap(({ records }) => records.map(({ image }) => image));
  for (let epoch = 0; epoch < 3; epoch++) expect(new Set(shown.slice(epoch * count, (epoch + 1) * count)).size).toBe(count);
  expect(
    new Set(batches.flatMap(({ records }) => records.map(({ left, top, isMirrored }) => `${left} ${top} ${isMirrored}`))).size,
  ).toBeGreaterThan(8);
  const [again] = await taken(5, 1);
  expect(again).toEqual(batches[5]);
});

test('validation predicts an image by the mean over its corners and middle', async () => {
  const random = randomStream('validation');
  const bias = random.uniform();
  const sizes: number[] = [];
  const engine = {
    // the mean of red is exact wherever a crop lies
    measure: async (pixels: Uint8Array, crops: number) => {
      sizes.push(crops);
      return Float32Array.from({ length: crops }, (_, at) => pixels[at * crop * crop * 3]! / 120 + bias);
    },
  };
  const { opinionSrcc, opinionPlcc, opinionRmse } = await validateOpinions(alone, engine, set, crop);
  expect(sizes).toEqual(new Array(count).fill(5));
  expect(opinionSrcc).toBeCloseTo(1, 12);
  expect(opinionPlcc).toBeCloseTo(1, 6);
  expect(opinionRmse).toBeCloseTo(bias, 6);
});
