/** Named random streams: every draw in the program comes from a stream determined by a seed and a path of names. */
import seedrandom from 'seedrandom';

/** A deterministic source of random numbers. */
export interface RandomStream {
  /** A number in [0, 1) with 32 bits. */
  uniform(): number;
  /** A number in [low, high). */
  between(low: number, high: number): number;
  /** An integer in [0, count). */
  integer(count: number): number;
  /** An unsigned integer of 32 bits: the seed of another generator. */
  uint32(): number;
  /** A draw from the standard normal distribution. */
  normal(): number;
  /** As many draws from the normal distribution of mean 0 and a deviation, in a new array. */
  normals(count: number, deviation: number): Float32Array<ArrayBuffer>;
  /** One element of a non-empty list. */
  choice<T>(list: readonly T[]): T;
  /** The elements in random order, in a new array. */
  shuffle<T>(list: readonly T[]): T[];
}

/**
 * The stream named by a seed and a path of names: `randomStream(seed, 'degrade', imageId, epoch)`.
 * Equal names give equal draws on every machine; different names give independent ones. The order in which streams
 * are used does not matter, so results never depend on concurrency. (seedrandom's Alea: several times faster than its default.)
 */
export function randomStream(seed: number | string, ...names: readonly (string | number)[]): RandomStream {
  const generator = seedrandom.alea(JSON.stringify([String(seed), ...names]));
  const uniform = (): number => generator.quick();
  const stream: RandomStream = {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    integer: (count) => Math.floor(uniform() * count),
    uint32: () => generator.int32() >>> 0,
    // Box-Muller; 1 - u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    normals: (count, deviation) => {
      const draws = new Float32Array(count);
      for (let index = 0; index < count; index++) draws[index] = stream.normal() * deviation;
      return draws;
    },
    choice: (list) => {
      if (list.length === 0) throw new Error('choice needs a non-empty list');
      return list[stream.integer(list.length)] as (typeof list)[number];
    },
    shuffle: (list) => {
      const result = [...list];
      for (let last = result.length - 1; last > 0; last--) {
        const other = stream.integer(last + 1);
        [result[last], result[other]] = [result[other] as (typeof result)[number], result[last] as (typeof result)[number]];
      }
      return result;
    },
  };
  return stream;
}
