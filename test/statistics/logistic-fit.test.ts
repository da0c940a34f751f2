import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plcc } from '#antonym/statistics/linear-correlation.js';
import { fitLogistic, type LogisticCurve, logistic } from '#antonym/statistics/logistic-fit.js';

interface Case {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
  readonly curve: LogisticCurve;
  readonly plcc: number;
  readonly rmse: number;
}
/** See make_logistic.py beside it. */
const { cases } = JSON.parse(readFileSync(new URL('golden/logistic.json', import.meta.url), 'utf8')) as { cases: Case[] };

function rmse(x: readonly number[], y: readonly number[], curve: LogisticCurve): number {
  return Math.sqrt(x.reduce((sum, value, index) => sum + (logistic(curve, value) - y[index]!) ** 2, 0) / x.length);
}

describe('the logistic curve', () => {
  test.each(cases)('fits as well as that of scipy: $name', ({ x, y, ...expected }) => {
    const curve = fitLogistic(x, y)!;
    const fitted = x.map((value) => logistic(curve, value));
    expect(rmse(x, y, curve) / expected.rmse).toBeCloseTo(1, 7);
    expect(plcc(fitted, y)).toBeCloseTo(expected.plcc, 5);
  });

  test.each(cases.filter(({ name }) => ['an S', 'falling'].includes(name)))('has the parameters of scipy: $name', ({ x, y, curve }) => {
    const fitted = fitLogistic(x, y)!;
    for (const key of ['lower', 'upper', 'middle', 'width'] as const) expect(fitted[key] / curve[key], key).toBeCloseTo(1, 4);
  });

  test('is found again where points lie on it', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(number(-50, 50), number(1, 100), number(-1, 1), number(0.1, 0.5), fc.boolean(), (lower, rise, middle, width, falls) => {
        const curve = { lower, upper: lower + (falls ? -rise : rise), middle, width };
        const x = Array.from({ length: 40 }, (_, index) => -2 + index / 10);
        const y = x.map((value) => logistic(curve, value));
        expect(rmse(x, y, fitLogistic(x, y)!) / rise).toBeLessThan(1e-5);
      }),
      { numRuns: 60 },
    );
  });

  test('with weights is that of pairs written out as often, wherever it starts', () => {
    const { x, y } = cases[0]!;
    const weights = x.map((_, index) => index % 4);
    const times = <T>(list: readonly T[]): T[] => list.flatMap((value, index) => Array.from({ length: weights[index]! }, () => value));
    const whole = fitLogistic(times(x), times(y))!;
    for (const near of [undefined, fitLogistic(x, y)!]) {
      const fitted = fitLogistic(x, y, { weights, ...(near && { near }) })!;
      for (const key of ['lower', 'upper', 'middle', 'width'] as const) expect(fitted[key] / whole[key], key).toBeCloseTo(1, 5);
    }
  });

  test('stays finite for steps and straight lines', () => {
    const x = Array.from({ length: 30 }, (_, index) => index / 30);
    const step = fitLogistic(
      x,
      x.map((value) => (value < 0.5 ? 1 : 5)),
    )!;
    const line = fitLogistic(
      x,
      x.map((value) => 3 * value),
    )!;
    expect([...Object.values(step), ...Object.values(line)].every(Number.isFinite)).toBe(true);
    expect([logistic(step, 0.2), logistic(step, 0.8)]).toEqual([expect.closeTo(1, 1), expect.closeTo(5, 1)]);
    for (const value of x) expect(logistic(line, value)).toBeCloseTo(3 * value, 2);
  });

  test('is not defined for constants', () => {
    expect(fitLogistic([0.1, 0.1, 0.1], [1, 2, 3])).toBeUndefined();
    expect(fitLogistic([1, 2, 3], [0.1, 0.1, 0.1])).toBeUndefined();
    expect(fitLogistic([1, 2, 3], [1, 2, 3], { weights: [0, 2, 0] })).toBeUndefined();
    expect(() => fitLogistic([1, 2], [1])).toThrow('received 2 and 1');
  });
});
