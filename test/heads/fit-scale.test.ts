import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitScale } from '#antonym/heads/fit-scale.js';
import { promptHead } from '#antonym/heads/prompt-head.js';
import { openMeasuredScorer } from '#antonym/heads/score-measured.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';

/** mean over pairs of softmax(scale [positive, negative])[0] of similarities [count, pairs, 2], by its definition. */
function softmaxScores(similarities: Float32Array, count: number, scale: number): number[] {
  const size = similarities.length / count;
  return Array.from({ length: count }, (_, index) => {
    let sum = 0;
    for (let at = index * size; at < (index + 1) * size; at += 2) {
      sum += 1 / (1 + Math.exp(scale * (similarities[at + 1]! - similarities[at]!)));
    }
    return sum / (size / 2);
  });
}

const scaleOf = (similarities: Float32Array, count: number): Promise<number> =>
  fitScale(async (scale) => softmaxScores(similarities, count, scale));
const saturatedShare = (similarities: Float32Array, count: number, scale: number): number =>
  softmaxScores(similarities, count, scale).filter((score) => score < 0.001 || score > 0.999).length / count;

const cosine = fc.float({ min: -1, max: 1, noNaN: true });

describe('the scale', () => {
  test('leaves at most 1 % of scores outside .001 - .999, and is as large as it may be', async () => {
    const sets = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 60 })).chain(([pairs, count]) =>
      fc.record({
        count: fc.constant(count),
        similarities: fc
          .array(cosine, { minLength: count * pairs * 2, maxLength: count * pairs * 2 })
          .map((list) => Float32Array.from(list)),
      }),
    );
    await fc.assert(
      fc.asyncProperty(sets, async ({ count, similarities }) => {
        const scale = await scaleOf(similarities, count);
        expect(scale).toBeGreaterThan(0);
        expect(scale).toBeLessThanOrEqual(100);
        expect(saturatedShare(similarities, count, scale)).toBeLessThanOrEqual(0.01);
        if (scale < 100) expect(saturatedShare(similarities, count, scale * 1.02)).toBeGreaterThan(0.01);
        expect(Number(scale.toPrecision(3))).toBe(scale);
      }),
    );
  });

  test("is the published one where similarities lie as close together as a pretrained CLIP's", async () => {
    const similarities = Float32Array.from({ length: 400 }, (_, index) => 0.2 + 0.0002 * (index % 100));
    expect(await scaleOf(similarities, 200)).toBe(100);
  });

  test('is small where similarities are opposite', async () => {
    // sigmoid(2 scale) = .999 at scale 3.4534
    expect(
      await scaleOf(
        Float32Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 1 : -1)),
        100,
      ),
    ).toBe(3.45);
  });

  test('ignores one saturated score in a hundred, not two', async () => {
    const similarities = new Float32Array(200);
    similarities[0] = 1;
    expect(await scaleOf(similarities, 100)).toBe(100);
    similarities[2] = 1;
    expect(await scaleOf(similarities, 100)).toBeCloseTo(6.9, 1);
  });
});

describe('scores of what is measured', () => {
  test('are the mean over pairs of the softmax of both similarities, at any scale', async () => {
    const [positive, negative] = [0.3, 0.1];
    const similarities = Float32Array.of(
      ...[positive, negative, positive, negative],
      ...[negative, positive, negative, positive],
      ...[positive, negative, negative, positive],
    );
    const scorer = await openMeasuredScorer(promptHead({ features: seededPrompts(1, 2, 8), description: '' }));
    try {
      const expected = Math.exp(5 * positive) / (Math.exp(5 * positive) + Math.exp(5 * negative));
      const [both, reversed, mean] = await scorer.scores(similarities, 5);
      expect(both).toBeCloseTo(expected, 6);
      expect(reversed).toBeCloseTo(1 - expected, 6);
      expect(mean).toBeCloseTo(0.5, 6);
      for (const scale of [0.1, 20, 100]) {
        const scores = await scorer.scores(similarities, scale);
        for (const [index, score] of softmaxScores(similarities, 3, scale).entries()) expect(scores[index]).toBeCloseTo(score, 6);
      }
    } finally {
      await scorer.close();
    }
  });
});
