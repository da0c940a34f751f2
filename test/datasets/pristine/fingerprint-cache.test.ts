import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FileReference } from '#antonym/datasets/image-reference.js';
import type { Fingerprint } from '#antonym/datasets/pristine/fingerprint.js';
import { openFingerprintCache } from '#antonym/datasets/pristine/fingerprint-cache.js';
import { cacheFolder } from '#antonym/support/files/cache-folder.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const kept = join(folder, 'cache');
const files = ['a.png', 'b.png', 'c.png'].map((id): FileReference => ({ kind: 'file', id, path: join(folder, id) }));
const fingerprint = (seed: number): Fingerprint => ({
  signs: Uint8Array.from({ length: 8 }, (_, place) => place * seed),
  means: Uint8Array.from({ length: 256 }, (_, place) => place ^ seed),
});

/** The readings of a, b and c, of which c is no image. */
async function pass(first = 1): Promise<{ read: string[]; found: (Fingerprint | undefined)[] }> {
  const cache = await openFingerprintCache(files, kept);
  const read: string[] = [];
  const found: (Fingerprint | undefined)[] = [];
  for (const [index, file] of files.entries()) {
    found.push(
      await cache.get(file, async () => {
        read.push(file.id);
        return index === 2 ? undefined : fingerprint(first + index);
      }),
    );
  }
  await cache.save();
  return { read, found };
}

test('files are read once, and again when they were changed', async () => {
  for (const { path } of files) await writeFile(path, 'content');
  const expected = [fingerprint(1), fingerprint(2), undefined];
  expect(await pass()).toEqual({ read: ['a.png', 'b.png', 'c.png'], found: expected });
  expect(await pass(7)).toEqual({ read: [], found: expected });
  await utimes(files[0]!.path, 1, 2);
  expect(await pass(5)).toEqual({ read: ['a.png'], found: [fingerprint(5), fingerprint(2), undefined] });
  await rm(files[1]!.path);
  expect((await pass(7)).found).toEqual([fingerprint(5), undefined, undefined]);
});

test('digests of files are kept beside, until the files change', async () => {
  for (const { path } of files) await writeFile(path, 'content');
  const digest = async (value: string): Promise<string> => {
    const cache = await openFingerprintCache(files, kept);
    const found = await cache.digest(files[0]!, async () => value.repeat(64));
    await cache.save();
    return found;
  };
  expect(await digest('a')).toBe('a'.repeat(64));
  expect(await digest('b')).toBe('a'.repeat(64));
  await utimes(files[0]!.path, 3, 4);
  expect(await digest('c')).toBe('c'.repeat(64));
});

test('a damaged cache is none', async () => {
  for (const { path } of files) await writeFile(path, 'other content');
  await pass();
  const [name] = await readdir(join(kept, 'fingerprints'));
  const path = join(kept, 'fingerprints', name!);
  const text = await readFile(path, 'utf8');
  for (const damaged of ['', text.slice(0, -1), text.replace('"version":"', '"version":"0'), text.replace(/"[\w+/]{3}/, '"'), '[]']) {
    await writeFile(path, damaged);
    expect((await pass()).read).toEqual(['a.png', 'b.png', 'c.png']);
  }
});

test('a cache that cannot be written is none', async () => {
  const cache = await openFingerprintCache(files, join(files[0]!.path, 'below a file'));
  expect(await cache.get(files[0]!, async () => fingerprint(3))).toEqual(fingerprint(3));
  await cache.save();
});

test('the folders that were used last are remembered, 256 of them', async () => {
  const many = join(folder, 'many');
  const of = (name: string): FileReference => ({ kind: 'file', id: 'a.png', path: join(folder, name, 'a.png') });
  const use = async (name: string): Promise<boolean> => {
    const cache = await openFingerprintCache([of(name)], many);
    let isRead = false;
    await cache.get(of(name), async () => {
      isRead = true;
      return fingerprint(1);
    });
    await cache.save();
    return isRead;
  };
  for (const name of ['first', 'second', 'last']) {
    await mkdir(join(folder, name));
    await writeFile(of(name).path, 'content');
  }
  expect([await use('first'), await use('second')]).toEqual([true, true]);
  for (const name of await readdir(join(many, 'fingerprints'))) await utimes(join(many, 'fingerprints', name), 1, 1);
  for (let index = 0; index < 254; index++) await writeFile(join(many, 'fingerprints', `${index}.json`), '{}');
  expect(await use('first')).toBe(false);
  expect(await use('last')).toBe(true);
  expect(await readdir(join(many, 'fingerprints'))).toHaveLength(256);
  expect([await use('first'), await use('last'), await use('second')]).toEqual([false, false, true]);
});

test('lies where the system keeps caches', () => {
  expect(cacheFolder('linux', { XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'antonym'));
  expect(cacheFolder('linux', {})).toMatch(/\.cache.antonym$/);
  expect(cacheFolder('darwin', {})).toMatch(/Caches.antonym$/);
  expect(cacheFolder('win32', { LOCALAPPDATA: '/l' })).toBe(join('/l', 'antonym', 'cache'));
});
