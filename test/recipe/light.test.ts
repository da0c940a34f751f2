/** Wrong light of the recipe's captures: what it does to pixels, and that it can be repeated. */
import { describe, expect, test } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { wronglyLit } from '#antonym/recipe/light.js';
import { randomStream } from '#antonym/support/random.js';
import { rendered } from '../pairs/folder-of-photographs.js';

const image = renderProcedural(rendered(1, 96, 64));
const versions = Array.from({ length: 60 }, (_, index) => wronglyLit(image, randomStream(1, 'light', index)));

function meanOf(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('wrong light', () => {
  test('changes every image, leaves its size, and does not touch the original', () => {
    const before = image.data.slice();
    for (const { width, height, data } of versions) {
      expect([width, height, data.length]).toEqual([96, 64, image.data.length]);
      expect(data).not.toEqual(image.data);
    }
    expect(image.data).toEqual(before);
    expect(wronglyLit(image, randomStream(1, 'light', 7))).toEqual(versions[7]);
  });

  test('is too bright and blown out in some, too dark in others', () => {
    const means = versions.map(({ data }) => meanOf(data));
    const own = meanOf(image.data);
    expect(means.filter((mean) => mean > own + 20).length).toBeGreaterThan(10);
    expect(means.filter((mean) => mean < own - 20).length).toBeGreaterThan(5);
    const blownOut = versions.filter(({ data }) => data.filter((value) => value === 255).length > 0.1 * data.length);
    expect(blownOut.length).toBeGreaterThan(5);
  });
});
