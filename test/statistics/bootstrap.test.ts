import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootstrapP, percentileInterval, resample } from '#antonym/statistics/bootstrap.js';
import { krcc, srcc } from '#antonym/statistics/rank-correlation.js';
import { ResampledCorrelation } from '#antonym/statistics/resampled-correlation.js';
import { randomStream } from '#antonym/support/random.js';

/** Few different values, so that ties are common. */
const item = fc.record({ x: fc.integer({ min: -4, max: 4 }), y: fc.integer({ min: -4, max: 4 }), times: fc.integer({ min: 0, max: 3 }) });

describe('correlations of resamples', () => {
  test('are those of the pairs written out', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 30 }), (items) => {
        const correlation = new ResampledCorrelation(
          items.map(({ x }) => x),
          items.map(({ y }) => y),
        );
        const times = items.map((each) => each.times);
        const written = items.flatMap((each) => Array.from({ length: each.times }, () => each));
        const [x, y] = [written.map((each) => each.x), written.map((each) => each.y)];
        for (const [measured, expected] of [
          [correlation.srcc(times), srcc(x, y)],
          [correlation.krcc(times), krcc(x, y)],
        ] as const) {
          if (Number.isNaN(expected)) expect(measured).toBeNaN();
          else expect(measured).toBeCloseTo(expected, 12);
        }
      }),
    );
  });

  test('need as many of one measure as of the other', () => {
    expect(() => new ResampledCorrelation([1], [])).toThrow('received 1 and 0');
  });
});

describe('the bootstrap', () => {
  test('draws as many items as there are, each as likely, the same for the same stream', () => {
    const sums = new Float64Array(10);
    const times = new Uint32Array(10);
    const random = randomStream(1, 'test');
    for (let draw = 0; draw < 2000; draw++) {
      resample(times, random);
      expect(times.reduce((sum, count) => sum + count, 0)).toBe(10);
      for (const [index, count] of times.entries()) sums[index]! += count;
    }
    // 2000 draws of a count of mean 1 and variance .9: five standard deviations
    for (const sum of sums) expect(Math.abs(sum / 2000 - 1)).toBeLessThan(5 * Math.sqrt(0.9 / 2000));
    const again = new Uint32Array(10);
    resample(times, randomStream(2, 'test'));
    resample(again, randomStream(2, 'test'));
    expect(again).toEqual(times);
  });

  test('an interval holds the middle share of the values that are defined', () => {
    const values = Array.from({ length: 201 }, (_, index) => index);
    expect(percentileInterval([...values, Number.NaN], 0.95)).toEqual([expect.closeTo(5, 9), expect.closeTo(195, 9)]);
    expect(percentileInterval([Number.NaN], 0.95)).toEqual([Number.NaN, Number.NaN]);
  });

  test('p is small where differences have one sign, 1 where they have none, and never 0', () => {
    expect(bootstrapP(Array.from({ length: 999 }, () => 1))).toBe(0.002);
    expect(bootstrapP([-1, 1, 0, 0])).toBe(1);
    expect(bootstrapP([1, 1, 1, -1, Number.NaN])).toBe(0.8);
    expect(bootstrapP([Number.NaN])).toBeNaN();
  });
});
