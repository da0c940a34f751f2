/** Shards are finished with the images that they were begun with, and by one process. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { configuration, writeSmallShards } from './small-shards.js';

const root = await temporaryFolder();
const withContents = (contents: string) => ({ dataset: { ...configuration.dataset, contents } });

test('images of other content under the same names are refused, and what is there stays', async () => {
  const folder = await mkdtemp(join(root, 'shards-'));
  await writeSmallShards(folder, undefined, withContents('one'));
  const before = await readdir(folder);
  await expect(writeSmallShards(folder, undefined, withContents('two'))).rejects.toThrow('was begun with other images of the same names');
  const renamed = { dataset: { ...withContents('one').dataset, sha256: 'f'.repeat(64) } };
  await expect(writeSmallShards(folder, undefined, renamed)).rejects.toThrow('was begun with images of other names');
  await writeSmallShards(folder, undefined, withContents('one'));
  expect(await readdir(folder)).toEqual(before);
});

test('shards that an earlier version began are finished without the contents of their images', async () => {
  const folder = await mkdtemp(join(root, 'shards-'));
  await writeSmallShards(folder);
  const index = await readFile(join(folder, 'index.json'), 'utf8');
  await writeSmallShards(folder, undefined, withContents('one'));
  expect(await readFile(join(folder, 'index.json'), 'utf8')).toBe(index);
});

test('a part that another process makes is refused with its name', async () => {
  const folder = await mkdtemp(join(root, 'shards-'));
  const [first, second] = await Promise.allSettled([writeSmallShards(folder), writeSmallShards(folder)]);
  expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected']);
  const refused = [first, second].find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  expect(String(refused.reason)).toMatch(/The part .*index\.json is already in use by this process/);
});
