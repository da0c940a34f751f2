/** Processes that train together tell each other facts, and refuse what does not fit, without MPI. */
import { describe, expect, test } from 'vitest';
import { agree, gather } from '#antonym/peers/agree.js';
import { partsOf } from '#antonym/peers/peers.js';
import { shareTensors } from '#antonym/peers/share-tensors.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import type { HeldOutPair } from '#antonym/train/data/held-out.js';
import type { Losses } from '#antonym/train/engines/engine.js';
import { measureHeldOut } from '#antonym/train/evaluation.js';
import { exchangeStep } from '#antonym/train/exchange-step.js';
import { gatherHeldOut, measureTogether } from '#antonym/train/measure-together.js';
import { requireShareable } from '#antonym/train/require-shareable.js';
import { peersInProcess } from '../peers/peers-in-process.js';

const lossOf = (part: number): Losses => ({ loss: part / 3, consistency: part });

describe('a step', () => {
  const exchange = (change: { readonly norm?: number; readonly stops?: number } = {}) =>
    Promise.all(
      peersInProcess(3).map((peers) => {
        const parts = partsOf(peers, 5);
        const losses = Array.from({ length: parts.count }, (_, index) => lossOf(parts.first + index));
        const gradientNorm = peers.rank === 1 ? (change.norm ?? 2) : 2;
        return exchangeStep(peers, parts, { losses, isStopping: peers.rank === change.stops, gradientNorm });
      }),
    );

  test('has the losses of all parts, in their order, and the wish of any process to stop', async () => {
    const losses = [0, 1, 2, 3, 4].map(lossOf);
    expect(await exchange()).toEqual(Array.from({ length: 3 }, () => ({ losses, isStopping: false })));
    expect(await exchange({ stops: 2 })).toEqual(Array.from({ length: 3 }, () => ({ losses, isStopping: true })));
  });

  test('ends where the processes no longer train the same weights', async () => {
    await expect(exchange({ norm: 2.1 })).rejects.toThrow(
      /no longer train the same weights: their gradients have the norms 2\.00000, 2\.10000, 2\.00000/,
    );
    // rounding of another device
    await expect(exchange({ norm: 2.0001 })).resolves.toHaveLength(3);
  });
});

test('work that fails in one process fails in all, with the number of that process', async () => {
  const results = await Promise.allSettled(
    peersInProcess(3).map((peers) =>
      agree({ ...peers, hosts: ['a', 'b', 'c'] }, async () => {
        if (peers.rank > 0) throw new Error(`no disk ${peers.rank}`);
      }),
    ),
  );
  for (const result of results)
    expect(result).toMatchObject({ status: 'rejected', reason: { name: 'AgreedError', message: 'In process 1 of 3 on b: no disk 1' } });
  const everywhere = peersInProcess(2).map((peers) => agree(peers, () => Promise.reject(new Error('no such run'))));
  for (const result of await Promise.allSettled(everywhere)) expect(result).toMatchObject({ reason: { message: 'no such run' } });
});

test('texts and tensors arrive as they were', async () => {
  const tensors = {
    a: floatTensor([2], [1.5, -2]),
    b: { dataType: 'int64', shape: [1], data: BigInt64Array.of(7n) },
    none: floatTensor([0], []),
  } as const;
  const shared = await Promise.all(peersInProcess(2).map((peers) => shareTensors(peers, peers.rank === 0 ? tensors : undefined)));
  expect(shared).toEqual([tensors, tensors]);
  expect(await Promise.all(peersInProcess(2).map((peers) => gather(peers, peers.rank === 0 ? '' : 'é')))).toEqual([
    ['', 'é'],
    ['', 'é'],
  ]);
});

describe('held-out pairs', () => {
  const crop = 2;
  const size = 3;
  const pairOf = (index: number): HeldOutPair => {
    const record = { image: `${index}`, levels: 2 } as HeldOutPair['pair']['record'];
    const pixels = Uint8Array.from({ length: 6 * crop * crop * 3 }, (_, at) => (at * 7 + index) % 256);
    return { distortion: `d${index}`, index, pair: { record, pixels } };
  };
  /** Three numbers of each crop. */
  const engine = {
    measure: async (pixels: Uint8Array, count: number) => Float32Array.from({ length: count * size }, (_, at) => pixels[at * 4]! / 255),
  };
  // number 3 could not be made
  const all = [0, 1, 2, 4, 5].map(pairOf);

  test.each([2, 3, 6])('are measured by %i processes as by one', async (processes) => {
    const expected = await measureHeldOut(engine, all, crop);
    const found = await Promise.all(
      peersInProcess(processes).map(async (peers) => {
        const pairs = await gatherHeldOut(
          peers,
          all.filter(({ index }) => index! % processes === peers.rank),
        );
        expect(pairs.map(({ distortion }) => distortion)).toEqual(all.map(({ distortion }) => distortion));
        return measureTogether(peers, engine, pairs, { crop, size });
      }),
    );
    for (const measured of found) expect(measured).toEqual(expected);
  });

  test('are refused where there are none', async () => {
    const gathered = peersInProcess(2).map((peers) => gatherHeldOut(peers, []));
    for (const result of await Promise.allSettled(gathered))
      expect(result).toMatchObject({ reason: { message: 'None of the held-out images can be used.' } });
  });
});

test('what cannot be shared is refused', () => {
  const options = { accumulate: 2, batchSize: 3, engine: 'onnxruntime' } as const;
  expect(() => requireShareable(options, { size: 2 })).not.toThrow();
  expect(() => requireShareable(options, { size: 4 })).toThrow(
    /4 processes cannot share the 2 parts of an update: .*use --accumulate 4 or more, or start fewer processes\./,
  );
  expect(() => requireShareable(options, { size: 3 })).toThrow(/--batch-size 2 --accumulate 3 takes as many photographs/);
  expect(() => requireShareable({ ...options, engine: 'tensorflow' }, { size: 2 })).toThrow(
    /--engine tensorflow trains in one process, but a launcher/,
  );
});
