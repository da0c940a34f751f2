import sharp from 'sharp';
import { expect, test } from 'vitest';
import { distortions } from '#antonym/degrade/distortions/table.js';
import { randomStream } from '#antonym/support/random.js';

test('the same bytes however many threads the process uses', async () => {
  const stream = randomStream('avif threads');
  // Wide enough to be cut into tiles, one for each thread.
  const image = { width: 256, height: 96, data: Uint8Array.from({ length: 256 * 96 * 3 }, () => stream.integer(256)) };
  const results: Uint8Array[] = [];
  for (const threads of [1, 2, 4]) {
    sharp.concurrency(threads);
    results.push((await distortions.avif.apply(image, 44, {})).data);
  }
  expect(Buffer.compare(results[1]!, results[0]!)).toBe(0);
  expect(Buffer.compare(results[2]!, results[0]!)).toBe(0);
});
