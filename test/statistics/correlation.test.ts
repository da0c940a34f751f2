import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plcc } from '#antonym/statistics/linear-correlation.js';
import { quantiles } from '#antonym/statistics/quantile.js';
import { krcc, srcc } from '#antonym/statistics/rank-correlation.js';
import { averageRanks } from '#antonym/statistics/ranks.js';

interface Case {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
  readonly srcc: number;
  readonly krcc: number;
  readonly plcc: number;
  readonly ranks: number[];
  readonly quantiles: number[];
}
/** See make_correlation.py beside it. */
const { cases } = JSON.parse(readFileSync(new URL('golden/correlation.json', import.meta.url), 'utf8')) as { cases: Case[] };

const measures = { srcc, krcc, plcc };
const measure = fc.constantFrom(...Object.entries(measures));
/** Few different values, so that ties are common. */
const pairs = fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 })), { minLength: 2, maxLength: 30 });
const split = (list: readonly (readonly [number, number])[]) => [list.map(([x]) => x), list.map(([, y]) => y)] as const;

/** Tau-b by looking at every pair. */
function slowKrcc(x: readonly number[], y: readonly number[]): number {
  let [difference, untiedX, untiedY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [signX, signY] = [Math.sign(x[i]! - x[j]!), Math.sign(y[i]! - y[j]!)];
      difference += signX * signY;
      untiedX += Math.abs(signX);
      untiedY += Math.abs(signY);
    }
  }
  return difference / Math.sqrt(untiedX * untiedY);
}

describe('correlation', () => {
  test.each(cases)('equals that of scipy: $name', ({ x, y, ranks, ...expected }) => {
    expect(srcc(x, y)).toBeCloseTo(expected.srcc, 12);
    expect(krcc(x, y)).toBeCloseTo(expected.krcc, 12);
    expect(plcc(x, y)).toBeCloseTo(expected.plcc, 12);
    expect([...averageRanks(x)]).toEqual(ranks);
    quantiles(x, [0, 0.01, 0.25, 0.5, 0.9, 1]).forEach((value, index) => {
      expect(value / expected.quantiles[index]! || 1).toBeCloseTo(1, 12);
    });
  });

  test('Kendall counts what looking at every pair counts', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const [x, y] = split(list);
        const slow = slowKrcc(x, y);
        if (Number.isNaN(slow)) expect(krcc(x, y)).toBeNaN();
        else expect(krcc(x, y)).toBeCloseTo(slow, 12);
      }),
    );
  });

  test('is symmetric, from -1 to 1, and turns its sign with one of the measures', () => {
    fc.assert(
      fc.property(measure, pairs, ([, correlate], list) => {
        const [x, y] = split(list);
        const value = correlate(x, y);
        fc.pre(!Number.isNaN(value));
        expect(Math.abs(value)).toBeLessThanOrEqual(1);
        expect(correlate(y, x)).toBeCloseTo(value, 12);
        expect(
          correlate(
            x,
            y.map((v) => -v),
          ),
        ).toBeCloseTo(-value, 12);
        expect(correlate([...x].reverse(), [...y].reverse())).toBeCloseTo(value, 12);
      }),
    );
  });

  test('of ranks does not change when a measure is stretched monotonically, that of values not when it is scaled', () => {
    fc.assert(
      fc.property(pairs, fc.double({ min: 1e-100, max: 1e100, noNaN: true }), (list, scale) => {
        const [x, y] = split(list);
        const stretched = y.map((v) => Math.exp(v) * scale);
        expect([srcc(x, stretched), krcc(x, stretched)]).toEqual([srcc(x, y), krcc(x, y)]);
        const value = plcc(x, y);
        if (Number.isNaN(value))
          expect(
            plcc(
              x,
              y.map((v) => v * scale),
            ),
          ).toBeNaN();
        else
          expect(
            plcc(
              x,
              y.map((v) => v * scale),
            ),
          ).toBeCloseTo(value, 12);
      }),
    );
  });

  test.each(Object.entries(measures))('%s is not defined for constants, for less than two pairs, or with NaN', (_, correlate) => {
    for (const x of [[], [1], [2, 2, 2], [0.1, 0.1, 0.1], [1, 2, Number.NaN]]) {
      const y = x.map((_value, index) => index);
      expect([correlate(x, y), correlate(y, x)]).toEqual([Number.NaN, Number.NaN]);
    }
    expect(() => correlate([1, 2], [1])).toThrow('received 2 and 1');
  });

  test('of infinite values is that of their ranks', () => {
    const x = [Number.NEGATIVE_INFINITY, 1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect(srcc(x, [1, 2, 3, 3])).toBe(1);
    expect(krcc(x, [1, 2, 3, 3])).toBe(1);
  });
});
