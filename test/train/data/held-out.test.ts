import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileReference } from '#antonym/datasets/image-reference.js';
import { PairPool } from '#antonym/pairs/pair-pool.js';
import { type HeldOutPair, makeHeldOutPairs, splitImages } from '#antonym/train/data/held-out.js';
import { rendered, writePhotographs } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();

describe('the split', () => {
  test('puts every image into one part, at most a third of them held out, each part in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (count, wanted, seed) => {
        const images = Array.from({ length: count }, (_, index) => rendered(index));
        const { training, heldOut } = splitImages(images, wanted, seed);
        const ids = (list: typeof training): string[] => list.map(({ id }) => id);
        expect([...ids(training), ...ids(heldOut)].sort()).toEqual(ids(images).sort());
        expect(heldOut.length).toBe(Math.max(1, Math.min(wanted, Math.floor(count / 3))));
        for (const part of [training, heldOut]) expect(ids(part)).toEqual(ids(part).sort());
      }),
    );
  });

  test('leaves every group on one side', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(),
        (sizes, wanted, seed) => {
          let next = 0;
          const groups = sizes.map((size) => Array.from({ length: size }, () => rendered(next++)));
          const { training, heldOut } = splitImages(groups.flat(), wanted, seed, groups);
          expect(training.length + heldOut.length).toBe(next);
          expect(Math.min(training.length, heldOut.length)).toBeGreaterThan(0);
          const held = new Set(heldOut.map(({ id }) => id));
          for (const group of groups) expect(new Set(group.map(({ id }) => held.has(id))).size).toBe(1);
          // More than wanted only when every group is larger.
          expect(heldOut.length).toBeLessThanOrEqual(Math.max(Math.max(1, Math.min(wanted, Math.floor(next / 3))), Math.min(...sizes)));
        },
      ),
    );
  });

  test('never holds out what was trained on before, and first what was held out then', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('new', 'trained', 'held out'), { minLength: 2, maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (kinds, wanted, seed) => {
          const images = kinds.map((_, index) => rendered(index));
          const idsOf = (kind: string): Set<string> => new Set(images.filter((_, index) => kinds[index] === kind).map(({ id }) => id));
          const earlier = { training: idsOf('trained'), heldOut: idsOf('held out') };
          if (earlier.training.size === images.length) {
            expect(() => splitImages(images, wanted, seed, [], earlier)).toThrow(/trained on all \d+ images before, so that none is left/);
            return;
          }
          const { training, heldOut } = splitImages(images, wanted, seed, [], earlier);
          expect(training.length + heldOut.length).toBe(images.length);
          const free = images.length - earlier.training.size;
          expect(heldOut).toHaveLength(Math.min(free, Math.max(1, Math.min(wanted, Math.floor(images.length / 3)))));
          for (const { id } of heldOut) expect(earlier.training).not.toContain(id);
          const again = heldOut.filter(({ id }) => earlier.heldOut.has(id)).length;
          expect(again).toBe(Math.min(earlier.heldOut.size, heldOut.length));
        },
      ),
    );
  });

  test('holds out what can be read, and leaves some of it to train on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 2, maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (broken, wanted, seed) => {
          const images = broken.map((_, index) => rendered(index));
          const unreadable = new Set(images.filter((_, index) => broken[index]).map(({ id }) => id));
          const { training, heldOut } = splitImages(images, wanted, seed, [], { unreadable });
          expect(training.length + heldOut.length).toBe(images.length);
          const readable = images.length - unreadable.size;
          if (readable > 0) expect(heldOut.some(({ id }) => unreadable.has(id))).toBe(false);
          if (readable > 1) expect(training.some(({ id }) => !unreadable.has(id))).toBe(true);
          if (readable > 0) expect(heldOut).toHaveLength(Math.max(1, Math.min(wanted, Math.floor(readable / 3))));
        },
      ),
    );
  });

  test('is impossible when all images are one group', () => {
    const images = [rendered(0), rendered(1), rendered(2)];
    expect(() => splitImages(images, 1, 1, [images])).toThrow(/All 3 images nearly repeat each other/);
  });

  test('follows from the seed', () => {
    const images = Array.from({ length: 40 }, (_, index) => rendered(index));
    expect(splitImages(images, 8, 1)).toEqual(splitImages(images, 8, 1));
    expect(splitImages(images, 8, 2)).not.toEqual(splitImages(images, 8, 1));
  });

  test('needs two images', () => {
    expect(() => splitImages([rendered(0)], 1, 1)).toThrow(/at least two images/);
  });
});

describe('held-out pairs', () => {
  let photographs: FileReference[];
  const pools: PairPool[] = [];
  const make = (workers: number, images: readonly FileReference[], watch = {}): Promise<HeldOutPair[]> => {
    const pool = new PairPool({ workers });
    pools.push(pool);
    return makeHeldOutPairs(pool, images, ['jpeg', 'gaussian-blur'], { levels: 2, crop: 32, seed: 1, ...watch });
  };
  beforeAll(async () => {
    photographs = await writePhotographs(join(folder, 'photos'), 2, 1);
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.close()));
  });

  test('show every usable image under every distortion alone; what cannot be used is named once', async () => {
    const skipped: [string, string][] = [];
    const progress: [number, number][] = [];
    const pairs = await make(1, photographs, {
      onSkip: (image: string, reason: string) => skipped.push([image, reason]),
      onPair: (done: number, total: number) => progress.push([done, total]),
    });
    expect(
      pairs.map(({ distortion, pair: { record } }) => [record.image, distortion, record.composition.distortions.map(({ name }) => name)]),
    ).toEqual(['00.png', '01.png'].flatMap((image) => ['jpeg', 'gaussian-blur'].map((name) => [image, name, [name]])));
    expect(skipped).toEqual([['x0.png', expect.stringContaining('x0.png')]]);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
    expect(await make(3, photographs)).toEqual(pairs);
  });

  test('need one image that can be used', async () => {
    await expect(make(1, photographs.slice(2))).rejects.toThrow(/The only held-out image cannot be used; for example: .*x0\.png/);
  });
});
