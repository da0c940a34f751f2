/** Work that is waited for after a stop, or left. */
import { describe, expect, test } from 'vitest';
import { Patience } from '#antonym/train/patience.js';

/** Work that ends when it is told to. */
function work() {
  let end: (result: { done: true }) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const promise = new Promise<{ done: true }>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { promise, end: () => end({ done: true }), fail };
}

describe('work', () => {
  test('is waited for without a stop, and its failure thrown', async () => {
    const { signal } = new AbortController();
    const [good, bad] = [work(), work()];
    setTimeout(good.end, 20);
    expect(await new Patience(signal, 0).for(good.promise, () => true)).toEqual({ done: true });
    setTimeout(() => bad.fail(new Error('no')), 20);
    await expect(new Patience(signal, 0).for(bad.promise, () => true)).rejects.toThrow('no');
  });

  test('is left after a stop, whether that came before or during it, and may fail then', async () => {
    for (const isBefore of [true, false]) {
      const stop = new AbortController();
      const { promise, fail } = work();
      if (isBefore) stop.abort();
      else setTimeout(() => stop.abort(), 10);
      expect(await new Patience(stop.signal, 10).for(promise, () => true)).toBeUndefined();
      fail(new Error('of nobody'));
      await promise.catch(() => {});
    }
  });

  test('that must not be left is waited for', async () => {
    const stop = new AbortController();
    const { promise, end } = work();
    let asked = 0;
    stop.abort();
    const waiting = new Patience(stop.signal, 0).for(promise, () => {
      asked++;
      setTimeout(end, 10);
      return false;
    });
    expect(await waiting).toEqual({ done: true });
    expect(asked).toBe(1);
  });

  test('that ends within the patience is done', async () => {
    const stop = new AbortController();
    const { promise, end } = work();
    stop.abort();
    setTimeout(end, 5);
    expect(await new Patience(stop.signal, 60_000).for(promise, () => expect.unreachable())).toEqual({ done: true });
  });
});
