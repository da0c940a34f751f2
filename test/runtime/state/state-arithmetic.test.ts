/** Arithmetic on arrays in one WebAssembly memory, against plain TypeScript that rounds after every operation. */
import { describe, expect, test } from 'vitest';
import { adamwStep, addInto, sumOfSquares } from '#antonym/runtime/state/state-arithmetic.js';
import { areTogether, arraysInMemory } from '#antonym/runtime/state/state-kernels.js';
import { randomStream } from '#antonym/support/random.js';

function drawn(name: string, length: number): Float32Array {
  const random = randomStream('values', name, length);
  return Float32Array.from({ length }, () => random.normal());
}

describe('arithmetic on the state', () => {
  test('adds and sums up squares of arrays of any length, wherever they lie', () => {
    // no whole number of vectors, a whole number of pages, shorter than a vector
    for (const length of [2 * 8192 + 3, 8192, 3]) {
      const [a, b] = [drawn('a', length), drawn('b', length)];
      const [sum, together, before, after] = arraysInMemory([[length, length, 1, 1]])[0] as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const expected = a.map((value, index) => value + b[index]!);
      for (const values of [b, together]) {
        sum.set(a);
        together.set(b);
        addInto(sum, values);
        expect(sum).toEqual(expected);
      }
      const squares = expected.reduce((total, value) => total + value * value, 0);
      expect(Math.abs(sumOfSquares(sum) / squares - 1)).toBeLessThan(1e-12);
      expect([...before, ...after]).toEqual([0, 0]);
    }
    const [wrong] = arraysInMemory([[2]])[0]!;
    wrong![1] = Number.NaN;
    expect(sumOfSquares(wrong!)).toBeNaN();
  });

  test('takes a step in float32, rounded after every operation, in long arrays as in short ones', () => {
    const random = randomStream('long arrays');
    const round = Math.fround;
    const factors = { beta1: 0.9, share1: 0.1, beta2: 0.999, share2: 0.001, rate: 1e-3, offset: 1e-8, kept: 0.5 };
    const smallest = { smallestGradient: 2 ** -50, smallestFirst: 2 ** -60, smallestSecond: 2 ** -110 };
    const [beta1, share1, beta2, share2, rate, offset] = Object.values(factors).map(round) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    // read in one place, in two side by side, and in several that are pages apart
    for (const length of [3, 1000, 2 ** 17, 2 ** 17 + 4099]) {
      const arrays = arraysInMemory([[length, length, length, length]])[0]!;
      for (const array of arrays) for (let index = 0; index < length; index++) array[index] = random.normal() ** 2;
      const [p, m, v, g] = arrays as [Float32Array, Float32Array, Float32Array, Float32Array];
      const squares = g.reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs(sumOfSquares(g) / squares - 1)).toBeLessThan(1e-12);
      const first = m.map((mean, index) => round(beta1 * mean) + round(share1 * g[index]!));
      const second = v.map((mean, index) => round(beta2 * mean) + round(share2 * round(g[index]! * g[index]!)));
      const expected = p.map(
        (value, index) => round(0.5 * value) - round(round(rate * first[index]!) / round(round(Math.sqrt(second[index]!)) + offset)),
      );
      adamwStep({ parameter: p, first: m, second: v, gradient: g }, { ...factors, ...smallest });
      for (const [found, right] of [
        [m, first],
        [v, second],
        [p, expected],
      ] as const)
        expect(found).toEqual(right);
    }
  });

  test('lie in one memory with their group, and with others as far as there is room', () => {
    const [small, other, large] = arraysInMemory([[5, 7], [5], [2 ** 28]]) as [Float32Array[], Float32Array[], Float32Array[]];
    expect(small.map(({ length }) => length)).toEqual([5, 7]);
    expect(areTogether([...small, ...large])).toBe(false);
    expect(areTogether(small)).toBe(true);
    expect(areTogether([...small, ...other])).toBe(true);
    expect(areTogether([small[0], undefined])).toBe(false);
    expect(areTogether([new Float32Array(1)])).toBe(false);
  });

  test('refuses arrays that do not lie side by side, differ in length, or exceed what pointers can reach', () => {
    const [parameter, first, second, shorter] = arraysInMemory([[3, 3, 3, 2]])[0] as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const factors = { beta1: 0, share1: 1, beta2: 0, share2: 1, rate: 1, offset: 1, kept: 1 };
    const smallest = { smallestGradient: 0, smallestFirst: 0, smallestSecond: 0 };
    const step = (gradient: Float32Array): void => adamwStep({ parameter, first, second, gradient }, { ...factors, ...smallest });
    expect(() => step(shorter)).toThrow('arrays of 3,3,3,2 values');
    expect(() => step(new Float32Array(3))).toThrow('do not lie in one memory');
    expect(() => step(arraysInMemory([[3]])[0]![0]!)).toThrow('do not lie in one memory');
    expect(() => sumOfSquares(new Float32Array(3))).toThrow('do not lie in one memory');
    expect(() => arraysInMemory([[1], [2 ** 30, 2 ** 29]])).toThrow(/6.0 GiB.*4 GiB/);
  });
});
