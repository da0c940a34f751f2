import { spawnSync } from 'node:child_process';
import { mkdtemp, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireFreeFolder } from '#antonym/support/files/atomic-folder.js';
import { makeFolder } from '#antonym/support/files/make-folder.js';
import { temporaryFolder } from './temporary-folder.js';

const root = await temporaryFolder();

test('folders are made with those above them, and the first that was made is told', async () => {
  expect(await makeFolder(join(root, 'a', 'b', 'c'))).toBe(join(root, 'a'));
  expect(await makeFolder(join(root, 'a', 'b', 'c'))).toBeUndefined();
  expect((await stat(join(root, 'a', 'b', 'c'))).isDirectory()).toBe(true);
});

test('a file, and a link to nothing, in the way are named by the system', async () => {
  await writeFile(join(root, 'file'), '');
  await symlink('nowhere', join(root, 'link'));
  await expect(makeFolder(join(root, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolder(join(root, 'link', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('a result is not promised to a link to nothing', async () => {
  await expect(requireFreeFolder(join(root, 'link'))).rejects.toThrow(
    /link is a link to a folder that is not there: make the folder, or remove the link\.$/,
  );
});

test('a read-only file system is named so', async ({ skip }) => {
  const folder = await mkdtemp(join(root, 'mounted-'));
  const readOnly = ['-rm', 'sh', '-c', `mount -t tmpfs -o ro none '${folder}' && exec "$0" "$@"`, process.execPath];
  const script = `import('#antonym/support/files/make-folder.js').then(({ makeFolder }) => makeFolder('${folder}/x/y')).catch(({ code }) => console.log(code))`;
  const { status, stdout } = spawnSync('unshare', [...readOnly, '-e', script], { encoding: 'utf8' });
  skip(status !== 0, 'this system lets nobody mount a disk');
  expect(stdout).toBe('EROFS\n');
});
