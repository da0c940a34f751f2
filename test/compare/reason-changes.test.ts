import { describe, expect, test } from 'vitest';
import type { ComparedPair } from '#antonym/compare/comparison.js';
import { describeReasonChanges, reasonChanges, strongestChange } from '#antonym/compare/reason-changes.js';

const bootstrap = { resamples: 500, seed: 0, confidence: 0.95 };
const described = { groups: ['blur', 'noise', 'sharpness-contrast'], thresholds: [0.5, 0.5, 0.5] };

/** Strengths before and after in the order of the groups. */
function pairsOf(strengths: readonly (readonly [before: readonly number[], after: readonly number[]])[]): ComparedPair[] {
  const file = (values: readonly number[]) => ({
    ...{ path: 'a.png', score: 0.5, bytes: 100, width: 8, height: 8 },
    degradations: Object.fromEntries(described.groups.map((group, index) => [group, values[index]!])),
  });
  return strengths.map(([before, after], index) => ({ name: `${index}.png`, before: file(before), after: file(after), difference: 0 }));
}

describe('the change of each group of distortions', () => {
  const pairs = pairsOf([
    [
      [0, 0.4, 0.6],
      [0.25, 0.4, 0.2],
    ],
    [
      [0.25, 0.2, 0.6],
      [0.75, 0.2, 0.2],
    ],
    [
      [0.5, 0.6, 0.6],
      [0.75, 0.6, 0.2],
    ],
    [
      [0.25, 0.4, 0.6],
      [0.25, 0.4, 0.2],
    ],
  ]);
  const changes = reasonChanges(pairs, described, bootstrap);

  test('has means, counts of pictures at or above the threshold, and an interval around the difference', () => {
    expect(changes.map(({ group, before, after, reported }) => ({ group, before, after, reported }))).toEqual([
      { group: 'blur', before: 0.25, after: 0.5, reported: { before: 1, after: 2 } },
      { group: 'noise', before: expect.closeTo(0.4), after: expect.closeTo(0.4), reported: { before: 1, after: 1 } },
      { group: 'sharpness-contrast', before: expect.closeTo(0.6), after: expect.closeTo(0.2), reported: { before: 4, after: 0 } },
    ]);
    const [blur, noise, contrast] = changes.map(({ difference }) => difference);
    expect(blur!.value).toBe(0.25);
    // four pictures, differences 1/4, 1/2, 1/4 and 0: means of resamples are 0 to 1/2
    expect(blur!.low).toBeGreaterThan(0);
    expect(blur!.low).toBeLessThan(0.25);
    expect(blur!.high).toBeGreaterThan(0.25);
    expect(blur!.high).toBeLessThanOrEqual(0.5);
    expect(noise).toEqual({ value: 0, low: 0, high: 0 });
    expect([contrast!.low, contrast!.high]).toEqual([expect.closeTo(-0.4), expect.closeTo(-0.4)]);
    expect(reasonChanges(pairs, described, bootstrap)).toEqual(changes);
  });

  test('in words: what became clearly stronger, or that nothing did', () => {
    expect(describeReasonChanges(changes)).toBe('More blur (+0.25).');
    expect(describeReasonChanges(changes.slice(1))).toBe('No group of distortions became clearly stronger.');
    expect(pairs.map(strongestChange)).toEqual(['blur +0.25', 'blur +0.50', 'blur +0.25', undefined]);
    const { degradations: _, ...plain } = pairs[0]!.before;
    expect(strongestChange({ ...pairs[0]!, before: plain })).toBeUndefined();
  });
});
