/** One is never plural. */
import { expect, test } from 'vitest';
import { counted, noneCan } from '#antonym/support/counted.js';

test.each([
  [counted(1, 'image'), '1 image'],
  [counted(0, 'image'), '0 images'],
  [counted(2, 'image waits', 'images wait'), '2 images wait'],
  [noneCan(1, 'pair'), 'The only pair cannot'],
  [noneCan(3, 'pair'), 'None of the 3 pairs can'],
])('%s', (text, expected) => {
  expect(text).toBe(expected);
});
