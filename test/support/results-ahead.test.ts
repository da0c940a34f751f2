/** Results that are made ahead: their order, and how a loop over them ends. */
import { expect, test } from 'vitest';
import { resultsAhead } from '#antonym/support/results-ahead.js';

const numbers = async function* (end: number) {
  for (let number = 1; number <= end; number++) yield number;
};
const collect = async <T>(results: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
};

test.each([0, 1, 3, 100])('keeps the order, with %i being made beside the current one', async (ahead) => {
  let [running, most] = [0, 0];
  const slowFirst = async (number: number): Promise<number> => {
    most = Math.max(most, ++running);
    for (let turn = number % 4; turn < 8; turn++) await null;
    running--;
    return number * number;
  };
  const expected = Array.from({ length: 20 }, (_, index) => (index + 1) ** 2);
  for (const items of [numbers(20), Array.from({ length: 20 }, (_, index) => index + 1)])
    expect(await collect(resultsAhead(items, ahead, slowFirst))).toEqual(expected);
  expect(most).toBeLessThanOrEqual(ahead + 1);
  expect(await collect(resultsAhead([], ahead, slowFirst))).toEqual([]);
});

test('gives a result whose source waits for it', async () => {
  const answers: string[] = [];
  const questions = async function* () {
    yield 'first';
    while (answers.length === 0) await new Promise(setImmediate);
    yield `after ${answers[0]}`;
  };
  for await (const answer of resultsAhead(questions(), 5, async (question) => question.toUpperCase())) answers.push(answer);
  expect(answers).toEqual(['FIRST', 'AFTER FIRST']);
});

test('throws at the turn of what fails, and what the source throws after all that came before', async () => {
  const failing = async function* () {
    yield* [1, 2];
    throw new Error('the source');
  };
  const throwsAtOnce: Iterable<number> = {
    [Symbol.iterator]: () => ({
      next() {
        throw new Error('the source');
      },
    }),
  };
  const seen: number[] = [];
  const loop = async (items: Iterable<number> | AsyncIterable<number>, make: (item: number) => Promise<number>): Promise<void> => {
    seen.length = 0;
    for await (const result of resultsAhead(items, 5, make)) seen.push(result);
  };
  await expect(loop(failing(), async (number) => number)).rejects.toThrow('the source');
  expect(seen).toEqual([1, 2]);
  await expect(loop(throwsAtOnce, async (number) => number)).rejects.toThrow('the source');
  const refused = async (number: number): Promise<number> => {
    if (number === 2) throw new Error('the second');
    return number;
  };
  await expect(loop([1, 2, 3], refused)).rejects.toThrow('the second');
  expect(seen).toEqual([1]);
});

test('lets its source end when the loop is left', async () => {
  let ended = false;
  const source = async function* () {
    try {
      for (let number = 1; ; number++) yield number;
    } finally {
      ended = true;
    }
  };
  for await (const result of resultsAhead(source(), 3, async (number) => number)) if (result === 2) break;
  expect(ended).toBe(true);
});

test('ends with the reason of its signal, also while nothing comes', async () => {
  const stalled = async function* () {
    yield 1;
    await new Promise(() => {});
  };
  const [controller, reason] = [new AbortController(), new Error('enough')];
  const seen: number[] = [];
  const loop = async (): Promise<void> => {
    for await (const result of resultsAhead(stalled(), 3, async (number) => number, controller.signal)) seen.push(result);
  };
  setTimeout(() => controller.abort(reason), 20);
  await expect(loop()).rejects.toBe(reason);
  expect(seen).toEqual([1]);
  await expect(resultsAhead([1], 3, async (number) => number, controller.signal).next()).rejects.toBe(reason);
});
