/** Calls at a signal's abort. */
import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { onAbort } from '#antonym/support/on-abort.js';

test('calls all that was not forgotten, once, behind one listener that leaves with the last', () => {
  const controller = new AbortController();
  const called: number[] = [];
  const forgets = Array.from({ length: 40 }, (_, index) => onAbort(controller.signal, () => called.push(index)));
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  for (const forget of forgets.slice(2)) forget();
  controller.abort();
  controller.abort();
  expect(called).toEqual([0, 1]);
  const { signal } = new AbortController();
  for (const forget of Array.from({ length: 40 }, () => onAbort(signal, () => {}))) forget();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
