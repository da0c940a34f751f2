import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFolderResumably } from '#antonym/support/files/resumable-folder.js';
import { temporaryFolder } from './temporary-folder.js';

const root = await temporaryFolder();

test('one at a time fills a folder: another is refused before it writes, and nothing but the content is left', async () => {
  const path = join(root, 'pairs');
  await writeFolderResumably(path, { count: 1 }, async (folder) => {
    const other = writeFolderResumably(path, { count: 1 }, () => Promise.reject(new Error('filled twice')));
    await expect(other).rejects.toThrow(/pairs\.partial is already in use by this process/);
    await writeFile(join(folder, 'pair'), '');
  });
  expect(await readdir(path)).toEqual(['pair']);
  expect(await readdir(root)).toEqual(['pairs']);
});

test('what was interrupted is gone on with', async () => {
  const path = join(root, 'interrupted');
  const interrupted = writeFolderResumably(path, {}, async (folder, notes) => {
    await writeFile(join(folder, 'first'), '');
    await notes.write('first', 1);
    throw new Error('stopped');
  });
  await expect(interrupted).rejects.toThrow('stopped');
  await writeFolderResumably(path, {}, async (folder, notes) => {
    expect(await notes.read('first')).toBe(1);
    await writeFile(join(folder, 'second'), '');
  });
  expect((await readdir(path)).sort()).toEqual(['first', 'second']);
});
