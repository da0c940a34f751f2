import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { UserError } from '#antonym/support/errors.js';
import { writeFolderAtomically } from '#antonym/support/files/atomic-folder.js';
import { temporaryFolder } from './temporary-folder.js';

const root = await temporaryFolder();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'folder-'));
});

const fill = (content: string) => (inside: string) => writeFile(join(inside, 'a.txt'), content);

test('the folder appears whole, parents included, and nothing else', async () => {
  const path = join(folder, 'x', 'y');
  await writeFolderAtomically(path, async (inside) => {
    expect(await readdir(join(folder, 'x'))).not.toContain('y');
    await fill('content')(inside);
  });
  expect(await readdir(join(folder, 'x'))).toEqual(['y']);
  expect(await readFile(join(path, 'a.txt'), 'utf8')).toBe('content');
});

test('a failure leaves nothing behind and is thrown as it is', async () => {
  const failing = async (inside: string): Promise<void> => {
    await fill('half')(inside);
    throw new RangeError('on purpose');
  };
  await expect(writeFolderAtomically(join(folder, 'y'), failing)).rejects.toThrow(new RangeError('on purpose'));
  expect(await readdir(folder)).toEqual([]);
});

test('an empty folder is used, one with content and a file are not touched', async () => {
  await mkdir(join(folder, 'empty'));
  await writeFolderAtomically(join(folder, 'empty'), fill('new'));
  expect(await readFile(join(folder, 'empty', 'a.txt'), 'utf8')).toBe('new');

  await expect(writeFolderAtomically(join(folder, 'empty'), fill('other'))).rejects.toThrow('already exists and is not empty');
  expect(await readFile(join(folder, 'empty', 'a.txt'), 'utf8')).toBe('new');

  const file = join(folder, 'empty', 'a.txt');
  await expect(writeFolderAtomically(file, fill('other'))).rejects.toThrow(UserError);
  await expect(writeFolderAtomically(join(file, 'below'), fill('other'))).rejects.toThrow('a part of its path is');
  expect(await readFile(file, 'utf8')).toBe('new');
});

test('a folder that appears while another is filled is not lost', async () => {
  const path = join(folder, 'y');
  const filling = writeFolderAtomically(path, async () => {
    await mkdir(path);
    await fill('theirs')(path);
  });
  await expect(filling).rejects.toThrow('already exists');
  expect(await readFile(join(path, 'a.txt'), 'utf8')).toBe('theirs');
  expect(await readdir(folder)).toEqual(['y']);
});
