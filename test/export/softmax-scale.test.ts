import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitSoftmaxScale, scoresOf } from '#antonym/export/softmax-scale.js';

const saturatedShare = (similarities: Float32Array, count: number, scale: number): number =>
  scoresOf(similarities, count, scale).filter((score) => score < 0.001 || score > 0.999).length / count;

const cosine = fc.float({ min: -1, max: 1, noNaN: true });

describe('the softmax scale', () => {
  test('leaves at most 1 % of scores outside .001 - .999, and is as large as it may be', () => {
    const sets = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 60 })).chain(([pairs, count]) =>
      fc.record({
        count: fc.constant(count),
        similarities: fc
          .array(cosine, { minLength: count * pairs * 2, maxLength: count * pairs * 2 })
          .map((list) => Float32Array.from(list)),
      }),
    );
    fc.assert(
      fc.property(sets, ({ count, similarities }) => {
        const scale = fitSoftmaxScale(similarities, count);
        expect(scale).toBeGreaterThan(0);
        expect(scale).toBeLessThanOrEqual(100);
        expect(saturatedShare(similarities, count, scale)).toBeLessThanOrEqual(0.01);
        if (scale < 100) expect(saturatedShare(similarities, count, scale * 1.02)).toBeGreaterThan(0.01);
        expect(Number(scale.toPrecision(3))).toBe(scale);
      }),
    );
  });

  test("is the published one where similarities lie as close together as a pretrained CLIP's", () => {
    const similarities = Float32Array.from({ length: 400 }, (_, index) => 0.2 + 0.0002 * (index % 100));
    expect(fitSoftmaxScale(similarities, 200)).toBe(100);
  });

  test('is small where similarities are opposite', () => {
    // sigmoid(2 scale) = .999 at scale 3.4534
    expect(
      fitSoftmaxScale(
        Float32Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 1 : -1)),
        100,
      ),
    ).toBe(3.45);
  });

  test('ignores one saturated score in a hundred, not two', () => {
    const similarities = new Float32Array(200);
    similarities[0] = 1;
    expect(fitSoftmaxScale(similarities, 100)).toBe(100);
    similarities[2] = 1;
    expect(fitSoftmaxScale(similarities, 100)).toBeCloseTo(6.9, 1);
  });
});

describe('scores', () => {
  test('are the mean over pairs of the softmax of both similarities', () => {
    const [positive, negative] = [0.3, 0.1];
    const expected = Math.exp(5 * positive) / (Math.exp(5 * positive) + Math.exp(5 * negative));
    const [both, reversed, mean] = scoresOf(
      Float32Array.of(
        positive,
        negative,
        positive,
        negative,
        negative,
        positive,
        negative,
        positive,
        positive,
        negative,
        negative,
        positive,
      ),
      3,
      5,
    );
    expect(both).toBeCloseTo(expected, 6);
    expect(reversed).toBeCloseTo(1 - expected, 6);
    expect(mean).toBeCloseTo(0.5, 6);
  });
});
