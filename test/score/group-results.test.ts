import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupResults } from '#antonym/score/group-results.js';

test('the best of a burst comes first, bursts in the order of their best', () => {
  const results = [
    { image: 'a1', score: 0.2 },
    { image: 'b', score: 0.5 },
    { image: 'a2', score: 0.9 },
    { image: 'c1', score: 0.6 },
    { image: 'c2', score: 0.4 },
  ];
  const ordered = groupResults(results, [
    ['a1', 'a2'],
    ['c1', 'c2'],
  ]);
  expect(ordered.map(({ image, group }) => `${group} ${image}`)).toEqual(['1 a2', '1 a1', '2 c1', '2 c2', '3 b']);
});

test('every result is there once, groups together, best first', () => {
  const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 5 }), (values, groupCount) => {
      const results = values.map((score, index) => ({ image: `i${index}`, score }));
      const groups = Array.from({ length: groupCount }, (_, group) =>
        results.filter((_, index) => index % (groupCount + 1) === group).map(({ image }) => image),
      ).filter((group) => group.length > 0);
      const ordered = groupResults(results, groups);
      expect(ordered.map(({ image }) => image).sort()).toEqual(results.map(({ image }) => image).sort());
      for (const [index, { group, score }] of ordered.entries()) {
        const before = ordered[index - 1];
        if (before === undefined) continue;
        expect(group - before.group).toBeGreaterThanOrEqual(0);
        if (group === before.group) expect(score).toBeLessThanOrEqual(before.score);
      }
      const best = ordered.filter(({ group }, index) => ordered[index - 1]?.group !== group).map(({ score }) => score);
      expect(best).toEqual([...best].sort((a, b) => b - a));
    }),
  );
});
