import { expect, test } from 'vitest';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';

const rows = (data: ArrayLike<number | bigint>, size: number): number[][] =>
  Array.from({ length: data.length / size }, (_, row) => Array.from({ length: size }, (_, i) => Number(data[row * size + i])));

test('seeded prompts are opposite unit vectors', () => {
  const prompts = seededPrompts(7, 5, 128);
  expect([prompts.dataType, prompts.shape]).toEqual(['float32', [5, 2, 128]]);
  const vectors = rows(prompts.data, 128);
  for (let pair = 0; pair < 5; pair++) {
    const [positive, negative] = [vectors[pair * 2]!, vectors[pair * 2 + 1]!];
    expect(Math.hypot(...positive)).toBeCloseTo(1, 6);
    expect(negative).toEqual(positive.map((value) => -value));
  }
});

test('the seed and the number of the pair fix them, not how many there are', () => {
  const prompts = seededPrompts(7, 5, 16);
  expect(seededPrompts(7, 5, 16)).toEqual(prompts);
  expect(seededPrompts(8, 5, 16)).not.toEqual(prompts);
  expect(rows(seededPrompts(7, 2, 16).data, 16)).toEqual(rows(prompts.data, 16).slice(0, 4));
});

test('pairs point in unrelated directions', () => {
  const vectors = rows(seededPrompts(1, 7, 512).data, 512).filter((_, row) => row % 2 === 0);
  for (const [index, a] of vectors.entries())
    for (const b of vectors.slice(index + 1)) {
      // cosines of random directions in 512 dimensions: standard deviation 512^-1/2 = .044
      expect(Math.abs(a.reduce((sum, value, i) => sum + value * b[i]!, 0))).toBeLessThan(0.25);
    }
});
