/** Limits of groups: no more false alarms than allowed, spent where most is recognized for them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { falseAlarms } from '#antonym/export/degradations/degradation-limits.js';
import { recognizingLimits } from '#antonym/recipe/recognizing-limits.js';

const isAbove = (values: readonly number[], limits: readonly number[]): boolean => values.some((value, group) => value >= limits[group]!);

test('a group whose pristine images vary much keeps its limit where others recognize more for as many alarms', () => {
  // the first group: pristine up to .9, damaged .6 to 1; the second: pristine up to .5 but for one, damaged at .6
  const pristine = Array.from({ length: 40 }, (_, index) => [index / 44, index === 0 ? 0.7 : index / 80]);
  const cases = [
    ...Array.from({ length: 10 }, (_, index) => ({ values: [0.6 + index / 25, 0], group: 0 })),
    ...Array.from({ length: 10 }, () => ({ values: [0, 0.6], group: 1 })),
  ];
  const limits = recognizingLimits(pristine, cases);
  expect(limits[1]).toBeLessThan(0.6);
  expect(pristine.filter((values) => isAbove(values, limits)).length).toBeLessThanOrEqual(2);
});

test('there are never more false alarms than allowed', () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
  const pristine = fc.array(values, { minLength: 1, maxLength: 60 });
  const cases = fc.array(fc.record({ values, group: fc.integer({ min: 0, max: 2 }) }), { maxLength: 30 });
  fc.assert(
    fc.property(pristine, cases, (images, degraded) => {
      const limits = recognizingLimits(images, degraded);
      expect(images.filter((image) => isAbove(image, limits)).length).toBeLessThanOrEqual(falseAlarms * images.length);
    }),
    { numRuns: 50 },
  );
});
