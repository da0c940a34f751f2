import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ComparedPair, failsLimit, summarizeComparison, worstPairs } from '#antonym/compare/comparison.js';
import { quantile } from '#antonym/statistics/quantile.js';

const bootstrap = { resamples: 500, seed: 0, confidence: 0.95 };

function pairsOf(scores: readonly (readonly [before: number, after: number])[]): ComparedPair[] {
  const file = (path: string, score: number, bytes: number) => ({ path, score, bytes, width: 8, height: 8 });
  return scores.map(([before, after], index) => ({
    name: `${index}.png`,
    before: file(`a/${index}.png`, before, 100),
    after: file(`b/${index}.png`, after, 50),
    difference: after - before,
  }));
}

describe('a comparison', () => {
  test('counts and averages what changed', () => {
    const summary = summarizeComparison(
      pairsOf([
        [0.5, 0.4],
        [0.5, 0.5],
        [0.5, 0.75],
        [0.5, 0.25],
      ]),
      bootstrap,
    );
    expect(summary).toMatchObject({ pairs: 4, worse: 0.5, better: 0.25, bytes: { before: 400, after: 200 } });
    expect(summary.before).toBeCloseTo(0.5, 12);
    expect(summary.after).toBeCloseTo(0.475, 12);
    expect(summary.mean.value).toBeCloseTo(-0.025, 12);
    expect(summary.median.value).toBeCloseTo(-0.05, 12);
  });

  test('has intervals around its values, within the differences, and the same for the same seed', () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(score, score), { minLength: 1, maxLength: 25 }), (scores) => {
        const pairs = pairsOf(scores);
        const summary = summarizeComparison(pairs, { ...bootstrap, resamples: 60 });
        const differences = pairs.map(({ difference }) => difference);
        const [least, most] = [Math.min(...differences), Math.max(...differences)];
        for (const { low, high } of [summary.mean, summary.median]) {
          expect(low).toBeLessThanOrEqual(high);
          expect(low).toBeGreaterThanOrEqual(least - 1e-12);
          expect(high).toBeLessThanOrEqual(most + 1e-12);
        }
        expect(summary.median.value).toBe(quantile(differences, 0.5));
        expect(summarizeComparison(pairs, { ...bootstrap, resamples: 60 })).toEqual(summary);
      }),
      { numRuns: 40 },
    );
  });

  test('fails only when the whole interval lies below the limit', () => {
    const steady = summarizeComparison(pairsOf(Array.from({ length: 30 }, (_, i) => [0.8, 0.75 + i / 3000])), bootstrap);
    expect(failsLimit(steady, -0.02)).toBe(true);
    expect(failsLimit(steady, -0.06)).toBe(false);
    const scattered = summarizeComparison(pairsOf(Array.from({ length: 30 }, (_, i) => [0.5, i % 2 ? 0.05 : 0.88])), bootstrap);
    expect(scattered.mean.value).toBeLessThan(-0.02);
    expect(failsLimit(scattered, -0.02)).toBe(false);
  });

  test('names the pairs that lost most', () => {
    const pairs = pairsOf([
      [0.5, 0.4],
      [0.5, 0.6],
      [0.5, 0.1],
      [0.5, 0.5],
    ]);
    expect(worstPairs(pairs, 20).map(({ name }) => name)).toEqual(['2.png', '0.png']);
    expect(worstPairs(pairs, 1).map(({ name }) => name)).toEqual(['2.png']);
  });
});
