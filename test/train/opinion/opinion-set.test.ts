import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalizedOpinion, type RatedTable, type RatedTrainingImage, splitOpinions } from '#antonym/train/opinion/opinion-set.js';

const image = (index: number, group?: string): RatedTrainingImage => ({
  image: `${index}.png`,
  path: `/${index}.png`,
  opinion: 1 + (index % 5),
  sha256: String(index),
  ...(group !== undefined && { group }),
});
const tableOf = (images: readonly RatedTrainingImage[], further: Partial<RatedTable> = {}): RatedTable => ({
  name: 'mine',
  direction: 'higher is better',
  images,
  ...further,
});
const options = { seed: 1, split: 1, testShare: 0.2 };

describe('rated images', () => {
  test('are split whole, each into one part, groups together, the same whatever their order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 120 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 99 }),
        (count, size, split) => {
          const images = Array.from({ length: count }, (_, index) => image(index, `reference ${Math.floor(index / size)}`));
          const set = splitOpinions(tableOf(images), { ...options, split });
          const parts = [set.training, set.validation, set.test];
          expect(parts.flatMap((part) => part.map((own) => own.image)).sort()).toEqual(images.map((own) => own.image).sort());
          const groups = parts.map((part) => new Set(part.map(({ group }) => group)));
          expect(groups.reduce((sum, own) => sum + own.size, 0)).toBe(Math.ceil(count / size));
          expect(Math.abs(set.test.length - 0.2 * count)).toBeLessThanOrEqual(size);
          const again = splitOpinions(tableOf([...images].reverse()), { ...options, split });
          expect(again.fingerprint).toBe(set.fingerprint);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('differ between splits, and their digest between opinions', () => {
    const images = Array.from({ length: 40 }, (_, index) => image(index));
    const prints = new Set([1, 2, 3].map((split) => splitOpinions(tableOf(images), { ...options, split }).fingerprint));
    prints.add(splitOpinions(tableOf([...images.slice(1), { ...images[0]!, opinion: 4 }]), options).fingerprint);
    expect(prints.size).toBe(4);
  });

  test('have opinions from 0, the worst of the published range or of the training images, to 1', () => {
    const images = Array.from({ length: 40 }, (_, index) => image(index));
    const { range } = splitOpinions(tableOf(images), options);
    expect([1, 3, 5].map((opinion) => normalizedOpinion(opinion, range))).toEqual([0, 0.5, 1]);
    const lower = splitOpinions(tableOf(images, { direction: 'lower is better', range: [0, 10] }), options);
    expect([0, 10, 2.5].map((opinion) => 1 - normalizedOpinion(opinion, lower.range))).toEqual([0, 1, 0.25]);
  });

  test('are refused where they are too few, all alike, or leave a part empty', () => {
    const images = Array.from({ length: 40 }, (_, index) => image(index));
    expect(() => splitOpinions(tableOf(images.slice(0, 9)), options)).toThrow(
      'mine has 9 rated images that can be used: training needs at least 10.',
    );
    expect(() => splitOpinions(tableOf(images.map((own) => ({ ...own, opinion: 3 }))), options)).toThrow('All opinions of mine are 3');
    expect(() => splitOpinions(tableOf(images.map((own) => ({ ...own, group: 'one' }))), options)).toThrow(
      '40 images in 1 group leave 0 for validation, which needs 2',
    );
    expect(splitOpinions(tableOf(images), { ...options, testShare: 0 }).test).toEqual([]);
    const fewest = splitOpinions(tableOf(images.slice(0, 10)), options);
    expect([fewest.training, fewest.validation, fewest.test].map(({ length }) => length)).toEqual([6, 2, 2]);
  });
});
