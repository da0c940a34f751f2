import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { strengthAt } from '#antonym/degrade/severity.js';

describe('strengthAt', () => {
  test('reproduces the table when there are as many levels as values', () => {
    const table = [0.5, 0.9, 1.6, 2.8, 5];
    expect(table.map((_, index) => strengthAt(table, index + 1, 5))).toEqual(table);
  });

  test('spans the whole table, strictly monotone, for any number of levels', () => {
    const tables = fc.uniqueArray(
      fc.double({ min: -10, max: 10, noNaN: true }).map((value) => Math.fround(value)),
      { minLength: 2, maxLength: 8 },
    );
    fc.assert(
      fc.property(tables, fc.integer({ min: 2, max: 40 }), fc.boolean(), (values, levels, falling) => {
        const table = values.map((value, index) => index + Math.tanh(value) / 3).map((value) => (falling ? -value : value));
        const strengths = Array.from({ length: levels }, (_, index) => strengthAt(table, index + 1, levels));
        expect(strengths[0]).toBe(table[0]);
        expect(strengths.at(-1)).toBe(table.at(-1));
        for (let i = 1; i < levels; i++) expect(Math.sign(strengths[i]! - strengths[i - 1]!)).toBe(falling ? -1 : 1);
      }),
    );
  });

  test.each([
    [1, 1],
    [0, 5],
    [6, 5],
    [1.5, 5],
  ])('refuses level %d of %d', (level, levels) => {
    expect(() => strengthAt([1, 2], level, levels)).toThrow(RangeError);
  });
});
