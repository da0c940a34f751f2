import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choosingImages, fewestToHalve, partsOfHeldOut } from '#antonym/train/data/choosing-images.js';
import type { HeldOutPair } from '#antonym/train/data/held-out.js';

/** Contents that say nothing of names or order. */
const contents = fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{64}$/), { minLength: fewestToHalve, maxLength: 30 });

test('halves images by content, whatever their names and order, and reports the larger half', () => {
  fc.assert(
    fc.property(contents, fc.integer({ min: 1, max: 29 }), (digests, turn) => {
      const named = new Map(digests.map((digest, index) => [`a${index}.jpg`, digest]));
      const renamed = new Map([...digests.slice(turn), ...digests.slice(0, turn)].map((digest, index) => [`z${index}.png`, digest]));
      const chosen = (of: typeof named): string[] => choosingImages([...of.keys()], { digests: of })!.map((id) => of.get(id)!);
      expect(chosen(named)).toHaveLength(Math.floor(digests.length / 2));
      expect(chosen(renamed).sort()).toEqual(chosen(named).sort());
    }),
  );
});

test('leaves images that nearly repeat each other on one side', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: fewestToHalve, maxLength: 12 }), (sizes) => {
      let next = 0;
      const groups = sizes.map((size) => Array.from({ length: size }, () => `${next++}.jpg`));
      const chosen = new Set(choosingImages(groups.flat(), { groups }));
      for (const group of groups) expect(new Set(group.map((id) => chosen.has(id))).size).toBe(1);
      expect(chosen.size).toBeGreaterThan(0);
      expect(Math.abs(next - 2 * chosen.size)).toBeLessThanOrEqual(Math.max(...sizes));
    }),
  );
});

test('takes all images for both where they are too few, or all one group', () => {
  expect(choosingImages(['a', 'b', 'c'])).toBeUndefined();
  const repeated = ['a', 'b', 'c', 'd'];
  expect(choosingImages(repeated, { groups: [repeated] })).toBeUndefined();
});

test('pairs follow their image; if those of one part are missing, all pairs do both', () => {
  const pairs = ['a', 'b', 'a', 'c'].map((image) => ({ pair: { record: { image } } as HeldOutPair['pair'] }));
  const imagesOf = (list: readonly (typeof pairs)[number][]): string[] => list.map(({ pair }) => pair.record.image);
  const { choosing, reported } = partsOfHeldOut(pairs, () => ['a']);
  expect([imagesOf(choosing), imagesOf(reported)]).toEqual([
    ['a', 'a'],
    ['b', 'c'],
  ]);
  for (const ids of [undefined, ['x'], ['a', 'b', 'c']]) {
    const parts = partsOfHeldOut(pairs, () => ids);
    expect([parts.choosing, parts.reported]).toEqual([pairs, pairs]);
  }
});
