import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { largestPngBytes, pairSets, pairsPerShard, planShards } from '#antonym/pairs/shards/shard-layout.js';
import { randomStream } from '#antonym/support/random.js';

test('parts are disjoint, together everything, of equal size, and number their shards through', () => {
  const count = fc.integer({ min: 0, max: 300 });
  fc.assert(
    fc.property(count, count, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (training, heldOut, perShard, of) => {
      const counts = { training, 'held-out': heldOut };
      const parts = Array.from({ length: of }, (_, index) => planShards(counts, perShard, { number: index + 1, of }));
      for (const set of pairSets) {
        const shards = parts.flat().filter((shard) => shard.set === set);
        expect(shards.map(({ from }) => from)).toEqual([0, ...shards.map(({ to }) => to)].slice(0, shards.length));
        expect(shards.at(-1)?.to ?? 0).toBe(counts[set]);
        for (const { from, to } of shards) expect(to - from <= perShard && to > from).toBe(true);
        const name = set === 'training' ? 'pairs' : 'held-out';
        expect(shards.map(({ file }) => file)).toEqual(shards.map((_, place) => `${name}-${String(place).padStart(6, '0')}.tar`));
        const sizes = parts.map((part) => part.filter((shard) => shard.set === set).reduce((sum, { from, to }) => sum + to - from, 0));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('no crop takes more than was foreseen, not even one of noise', async () => {
  for (const crop of [32, 224, 1024]) {
    const random = randomStream(crop, 'noise');
    const data = Uint8Array.from({ length: crop * crop * 3 }, () => random.integer(256));
    const png = await sharp(data, { raw: { width: crop, height: crop, channels: 3 } })
      .png()
      .toBuffer();
    expect(png.length).toBeGreaterThan(data.length);
    expect(png.length).toBeLessThanOrEqual(largestPngBytes(crop));
  }
  expect(pairsPerShard(512 * 2 ** 20, 224, 5)).toBe(288);
  expect(pairsPerShard(2 ** 20, 1024, 20)).toBe(0);
});
