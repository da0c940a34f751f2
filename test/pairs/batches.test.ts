import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImageReference } from '#antonym/datasets/image-reference.js';
import { type Batch, type BatchOptions, batches } from '#antonym/pairs/batches.js';
import type { PairRequest } from '#antonym/pairs/pair.js';
import { PairPool } from '#antonym/pairs/pair-pool.js';
import { type DrawOptions, drawPairs } from '#antonym/pairs/pair-sequence.js';
import { UserError } from '#antonym/support/errors.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { rendered, writePhotographs } from './folder-of-photographs.js';

const folder = await temporaryFolder();
let pool: PairPool;
let single: PairPool;
beforeAll(() => {
  pool = new PairPool({ workers: 2 });
  single = new PairPool({ workers: 1 });
});
afterAll(() => Promise.all([pool.close(), single.close()]));

const images = Array.from({ length: 5 }, (_, index) => rendered(index));
type Options = BatchOptions & DrawOptions;
const options: Options = { images, batchSize: 3, levels: 2, crop: 32, maxDistortions: 2, seed: 1, firstStep: 0 };

async function take(count: number, changed: Partial<Options> = {}, from: Pick<PairPool, 'make' | 'release'> = pool): Promise<Batch[]> {
  const taken: Batch[] = [];
  const all = { ...options, ...changed };
  for await (const batch of batches(drawPairs(from, all), all)) {
    taken.push(batch);
    if (taken.length === count) break;
  }
  return taken;
}

test('starting at any step continues the same sequence, with any number of workers', async () => {
  const whole = await take(6);
  expect(whole.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await take(2, { firstStep: 4 }, single)).toEqual(whole.slice(4));
});

test('every epoch visits every image once, in an order and with crops of its own', async () => {
  const records = (await take(5)).flatMap((batch) => batch.records);
  const epochs = [0, 1, 2].map((epoch) => records.slice(epoch * 5, epoch * 5 + 5));
  const ids = images.map(({ id }) => id).sort();
  for (const epoch of epochs) expect(epoch.map(({ image }) => image).sort()).toEqual(ids);
  expect(new Set(epochs.map((epoch) => epoch.map(({ image }) => image).join())).size).toBeGreaterThan(1);
  expect(new Set(records.map((record) => JSON.stringify(record.crops))).size).toBe(15);
});

test('a batch may be larger than the data set; its pixels are its pairs in order', async () => {
  const [large] = await take(1, { batchSize: 12 });
  const small = await take(4);
  expect(large?.records).toEqual(small.flatMap(({ records }) => records));
  expect(Buffer.from(large!.pixels).equals(Buffer.concat(small.map(({ pixels }) => pixels)))).toBe(true);
  expect(large?.pixels).toHaveLength(12 * 3 * 2 * 32 * 32 * 3);
});

test('another seed, another sequence', async () => {
  expect((await take(1, { seed: 2 }))[0]?.records).not.toEqual((await take(1))[0]?.records);
});

test('at most two batches are made ahead', async () => {
  let asked = 0;
  const counting = {
    make: (request: PairRequest) => {
      asked++;
      return pool.make(request);
    },
    release: (pixels: Uint8Array<ArrayBuffer>) => pool.release(pixels),
  };
  const iterator = batches(drawPairs(counting, options), options);
  await iterator.next();
  expect(asked).toBe(3 * 3);
  await iterator.next();
  expect(asked).toBe(4 * 3);
  await iterator.return(undefined as never);
});

test('a broken image is named once and replaced, whatever the number of workers', async () => {
  const images = await writePhotographs(join(folder, 'some'), 3, 2);
  const make = async (from: PairPool, firstStep: number, count: number) => {
    const skipped: string[] = [];
    const onSkip = ({ id }: ImageReference, reason: string): void => {
      skipped.push(id);
      expect(reason).toContain(`${id}: `);
    };
    return { taken: await take(count, { images, onSkip, firstStep }, from), skipped };
  };
  const one = await make(single, 0, 6);
  const two = await make(pool, 0, 6);
  expect(one.skipped.sort()).toEqual(['x0.png', 'x1.png']);
  expect(two.skipped.sort()).toEqual(['x0.png', 'x1.png']);
  expect(two.taken).toEqual(one.taken);
  expect((await make(pool, 4, 2)).taken).toEqual(one.taken.slice(4));
  const crops = one.taken.flatMap(({ records }) => records.map((record) => JSON.stringify([record.image, record.crops])));
  expect(new Set(crops).size).toBe(18);
});

test('when no image can be used, the error says so with an example', async () => {
  const images = await writePhotographs(join(folder, 'broken'), 0, 2);
  await expect(take(1, { images })).rejects.toThrow(UserError);
  await expect(take(1, { images })).rejects.toThrow(/^None of the 2 images can be used; for example: .*x\d\.png: /);
});
