import { expect, test } from 'vitest';
import { loadImage } from '#antonym/datasets/load-image.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { makePair, type PairRequest, replayPair, UnusableImageError } from '#antonym/pairs/pair.js';
import { UserError } from '#antonym/support/errors.js';
import { rendered } from './folder-of-photographs.js';

const request: PairRequest = { image: rendered(0), levels: 3, crop: 32, maxDistortions: 4, stream: [1, 'pairs', 'x', 0] };
const size = 32 * 32 * 3;

test('level 0 is the crop itself, and every crop is made again from the record, through JSON', async () => {
  const image = await loadImage(request.image);
  const { record, pixels } = await makePair(request, loadImage);
  expect(pixels).toHaveLength(4 * 2 * size);
  expect(record).toMatchObject({ image: 'procedural-5-0', levels: 3 });
  const read = JSON.parse(JSON.stringify(record)) as typeof record;
  for (let level = 0; level <= 3; level++) {
    for (const crop of [0, 1] as const) {
      const part = pixels.subarray((level * 2 + crop) * size, (level * 2 + crop + 1) * size);
      expect((await replayPair(image, read, level, crop)).data).toEqual(part);
    }
  }
  const { left, top } = record.crops[1];
  expect(pixels.subarray(size, 2 * size)).toEqual(cropImage(image, left, top, 32, 32).data);
});

test('distances from pristine grow with the level', async () => {
  const { pixels } = await makePair({ ...request, distortions: ['gaussian-blur'] }, loadImage);
  const distance = (level: number): number => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += Math.abs(pixels[i]! - pixels[level * 2 * size + i]!);
    return sum;
  };
  expect(distance(1)).toBeGreaterThan(0);
  expect(distance(2)).toBeGreaterThan(distance(1));
  expect(distance(3)).toBeGreaterThan(distance(2));
});

test('the stream decides: equal requests are equal, another epoch differs in crops and composition', async () => {
  const first = await makePair(request, loadImage);
  expect(await makePair(request, loadImage)).toEqual(first);
  const others = await Promise.all([1, 2, 3, 4].map((epoch) => makePair({ ...request, stream: [1, 'pairs', 'x', epoch] }, loadImage)));
  const records = [first, ...others].map(({ record }) => record);
  expect(new Set(records.map(({ crops }) => JSON.stringify(crops))).size).toBeGreaterThan(2);
  expect(new Set(records.map(({ composition }) => JSON.stringify(composition))).size).toBeGreaterThan(2);
});

test('the number of levels changes neither crops nor composition', async () => {
  const { crops, composition } = (await makePair(request, loadImage)).record;
  expect((await makePair({ ...request, levels: 7 }, loadImage)).record).toMatchObject({ crops, composition });
});

test('images that cannot be used are told apart from defects', async () => {
  const fails = (error: Error) => (): Promise<Image> => Promise.reject(error);
  const unreadable = makePair(request, fails(new UserError('Cannot read image a.png: cut off')));
  await expect(unreadable).rejects.toThrow(new UnusableImageError('Cannot read image a.png: cut off'));
  const small = makePair({ ...request, image: rendered(0, 48, 39) }, loadImage);
  await expect(small).rejects.toThrow(UnusableImageError);
  await expect(small).rejects.toThrow('procedural-5-0 is 48x39, but two overlapping crops need at least 40 pixels on each side');
  await expect(makePair(request, fails(new TypeError('a defect')))).rejects.toThrow(TypeError);
});
