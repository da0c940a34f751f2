/** A file that is not a regular one is refused at once; one that is too large is not read. */
import { spawnSync } from 'node:child_process';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRegular, readRegularText } from '#antonym/support/files/regular-file.js';
import { readOptionFile } from '#antonym/support/options/option-file.js';
import { openSafetensors } from '#antonym/tensors/safetensors.js';
import { temporaryFolder } from './temporary-folder.js';

const root = await temporaryFolder();
const pipe = join(root, 'pipe');
const hasPipe = spawnSync('mkfifo', [pipe]).status === 0;

test('a file is read whole, and an empty one is empty', async () => {
  await writeFile(join(root, 'a'), 'Grüße');
  await writeFile(join(root, 'empty'), '');
  expect(await readRegularText(join(root, 'a'))).toBe('Grüße');
  expect(await readRegular(join(root, 'empty'))).toHaveLength(0);
});

test('a pipe that nobody writes to is refused, by every reader of files of others', async ({ skip }) => {
  skip(!hasPipe, 'this system has no pipes with names');
  for (const read of [readRegular, readRegularText, openSafetensors, readOptionFile])
    await expect(read(pipe)).rejects.toThrow(`Cannot read ${pipe}: it is a pipe or a device, not a regular file.`);
});

test.skipIf(process.platform === 'win32')('a device that never ends is refused', async () => {
  await expect(readRegular('/dev/zero')).rejects.toThrow('it is a pipe or a device');
});

test('a folder is told by the code of the system, and a file beyond the limit by its size', async () => {
  await mkdir(join(root, 'folder'));
  await expect(readRegular(join(root, 'folder'))).rejects.toMatchObject({ code: 'EISDIR' });
  await writeFile(join(root, 'large'), '');
  await truncate(join(root, 'large'), 2 ** 26 + 1);
  await expect(readRegular(join(root, 'large'))).rejects.toThrow('it has 65 MiB, and no such file has more than 64');
});
