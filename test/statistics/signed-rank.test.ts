import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wilcoxonSignedRank } from '#antonym/statistics/signed-rank.js';

interface Case {
  readonly differences: readonly number[];
  readonly positive: number;
  readonly p: number;
}

const cases = JSON.parse(readFileSync(new URL('golden/signed-rank.json', import.meta.url), 'utf8')) as Case[];

describe("Wilcoxon's signed-rank test", () => {
  test.each(cases.map((item) => [item.differences.length, item] as const))('of %i differences is that of SciPy', (_, item) => {
    const { positive, p } = wilcoxonSignedRank(item.differences);
    expect(positive).toBeCloseTo(item.positive, 9);
    expect(Math.abs(p - item.p)).toBeLessThanOrEqual(1e-10 * item.p + 1e-300);
  });

  test('does not depend on the direction, the scale, the order, or on zeros', () => {
    const difference = fc.integer({ min: -9, max: 9 });
    fc.assert(
      fc.property(fc.array(difference, { minLength: 1, maxLength: 60 }), (differences) => {
        const { p, pairs } = wilcoxonSignedRank(differences);
        expect(pairs).toBe(differences.filter((value) => value !== 0).length);
        if (pairs === 0) {
          expect(p).toBeNaN();
          return;
        }
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        for (const same of [
          differences.map((value) => -value),
          differences.map((value) => value / 8),
          [...differences].reverse(),
          [...differences, 0],
        ]) {
          expect(wilcoxonSignedRank(same).p).toBeCloseTo(p, 12);
        }
      }),
    );
  });

  test('refuses what is not finite', () => {
    expect(() => wilcoxonSignedRank([0.1, Number.NaN])).toThrow('finite');
  });
});
