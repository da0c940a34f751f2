/** Files that are written whole take the place of files alone. */
import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFileAtomically } from '#antonym/support/files/atomic-file.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = await temporaryFolder();

test.skipIf(process.platform === 'win32')('a pipe, as a device, is refused and stays', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  await expect(writeFileAtomically(path, 'text')).rejects.toThrow(`${path} is not a regular file: choose another name.`);
  expect((await stat(path)).isFIFO()).toBe(true);
  expect(await readdir(folder)).toEqual(['pipe']);
});

test('a file is replaced, or not where that is asked for', async () => {
  const path = join(folder, 'file');
  await writeFileAtomically(path, 'one');
  await writeFileAtomically(path, 'two');
  await expect(writeFileAtomically(path, 'three', { replaces: false })).rejects.toThrow(/already exists/);
  expect(await readFile(path, 'utf8')).toBe('two');
});
