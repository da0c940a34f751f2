import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PairRequest } from '#antonym/pairs/pair.js';
import { UnusableImageError } from '#antonym/pairs/pair.js';
import { PairPool } from '#antonym/pairs/pair-pool.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { rendered, writePhotographs } from './folder-of-photographs.js';

const folder = await temporaryFolder();
const request = (index: number): PairRequest => ({
  image: rendered(index % 4),
  levels: 3,
  crop: 32,
  maxDistortions: 4,
  stream: [1, 'pairs', index],
});

/** One for several tests: a thread takes half a second to begin. */
let single: PairPool;
beforeAll(() => {
  single = new PairPool({ workers: 1 });
});
afterAll(() => single.close());

test('1 worker and 3 workers give the same bytes', async () => {
  const make = (pool: PairPool) => Promise.all(Array.from({ length: 15 }, (_, index) => pool.make(request(index))));
  const several = new PairPool({ workers: 3 });
  try {
    const [one, three] = await Promise.all([make(single), make(several)]);
    expect(three).toEqual(one);
  } finally {
    await several.close();
  }
});

test('a pair made in the memory of another one has the same bytes, whatever their sizes', async () => {
  for (const [first, second] of [
    [request(1), request(2)],
    [request(1), { ...request(2), levels: 2 }],
    [{ ...request(1), crop: 64 }, request(2)],
  ] as const) {
    const fresh = await single.make(second);
    single.release((await single.make(first)).pixels);
    expect(await single.make(second)).toEqual(fresh);
  }
});

test('a broken image is an UnusableImageError with its name; the pool continues', async () => {
  const images = await writePhotographs(join(folder, 'broken'), 0, 1);
  const broken = single.make({ ...request(0), image: images[0]! });
  await expect(broken).rejects.toThrow(UnusableImageError);
  await expect(broken).rejects.toThrow('x0.png');
  expect((await single.make(request(1))).record.image).toBe('procedural-5-1');
});

test('a defect in a worker keeps its stack', async () => {
  const error = await single.make({ ...request(0), maxDistortions: 0 }).catch((error: unknown) => error as Error);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(UnusableImageError);
  expect((error as Error).stack).toContain('pair.js');
});

test('closing rejects what is not made', async () => {
  const pool = new PairPool({ workers: 2 });
  const outstanding = Array.from({ length: 20 }, (_, index) => pool.make(request(index)));
  const results = Promise.allSettled(outstanding);
  await pool.close();
  const rejected = (await results).filter(({ status }) => status === 'rejected');
  expect(rejected.length).toBeGreaterThan(0);
  for (const { reason } of rejected as PromiseRejectedResult[]) expect(String(reason)).toContain('was closed');
  await expect(pool.make(request(0))).rejects.toThrow('is closed');
});

function runScript(lines: string[]): { status: number | null; stdout: string; stderr: string } {
  const script = [`import { PairPool } from ${JSON.stringify(import.meta.resolve('#antonym/pairs/pair-pool.js'))};`, ...lines].join('\n');
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 60_000 });
}

test('an open pool neither keeps a failed process alive nor lets it end before a pair is made', () => {
  const failed = runScript(['new PairPool({ workers: 2 });', 'throw new Error("on purpose");']);
  expect(failed).toMatchObject({ status: 1 });
  expect(failed.stderr).toContain('on purpose');
  const made = runScript([
    'const pool = new PairPool({ workers: 2 });',
    `const pair = await pool.make(${JSON.stringify(request(0))});`,
    'console.log(pair.pixels.length);',
  ]);
  expect(made).toMatchObject({ status: 0, stdout: `${4 * 2 * 32 * 32 * 3}\n` });
});

test('a number of workers that is none is refused', () => {
  expect(() => new PairPool({ workers: 0 })).toThrow('workers must be at least 1, but received 0');
});
