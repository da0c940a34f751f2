import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fittingThreads, leastOpenFiles, mostOpenFiles } from '#antonym/support/open-files.js';

test('as many threads as wanted where files are plenty, fewer where they are few, and never none', () => {
  expect(fittingThreads(64, Number.POSITIVE_INFINITY)).toBe(64);
  expect(fittingThreads(64, 64)).toBe(2);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 128 }), fc.integer({ min: leastOpenFiles, max: 10_000 }), (wanted, limit) => {
      const threads = fittingThreads(wanted, limit);
      expect(threads).toBeGreaterThanOrEqual(1);
      expect(threads).toBeLessThanOrEqual(wanted);
      if (threads > 1) expect(threads * 4).toBeLessThan(limit);
    }),
  );
});

test.skipIf(process.platform !== 'linux')('the limit of this process is told', () => {
  expect(mostOpenFiles()).toBeGreaterThan(100);
});
