import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canContinue, requireUnfinished, writeFolderResumably } from '#antonym/support/files/resumable-folder.js';
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

test('a folder of a killed process that was complete but for its notes is not filled again, and the notes go', async () => {
  const path = join(root, 'finished');
  await writeFolderResumably(path, {}, (folder) => writeFile(join(folder, 'pair'), ''));
  await mkdir(join(root, 'finished.partial', 'notes'), { recursive: true });
  await writeFile(join(root, 'finished.partial', 'notes', '0.json'), '[]');
  await expect(writeFolderResumably(path, {}, () => Promise.reject(new Error('filled twice')))).rejects.toThrow('already exists');
  expect(await readdir(root)).not.toContain('finished.partial');
  expect(await readdir(path)).toEqual(['pair']);
});

test('another configuration, and a folder of somebody else, are refused with the reason', async () => {
  const path = join(root, 'refused');
  const begin = (configuration: object) => writeFolderResumably(path, configuration, () => Promise.reject(new Error('stopped')));
  await expect(begin({ options: { count: 1 } })).rejects.toThrow('stopped');
  await expect(begin({ options: { count: 2 } })).rejects.toThrow('was begun with other options or images (options.count 1, not 2)');
  await mkdir(join(root, 'mine.partial'));
  await writeFile(join(root, 'mine.partial', 'letter.txt'), '');
  await expect(writeFolderResumably(join(root, 'mine'), {}, async () => {})).rejects.toThrow('holds other files, such as letter.txt');
  expect(await readdir(join(root, 'mine.partial'))).toEqual(['letter.txt']);
});

test('a partial folder that cannot be read is an error that names it, and hides no other', async () => {
  await writeFile(join(root, 'taken.partial'), '');
  const path = join(root, 'taken');
  await expect(canContinue(path, {})).rejects.toThrow(`Cannot read ${path}.partial: a part of its path is a file, not a folder.`);
  await writeFile(path, '');
  await expect(requireUnfinished(path)).rejects.toThrow(`${path} is a file, or a part of its path is`);
  await symlink('circle', join(root, 'circle'));
  const below = join(root, 'circle', 'below');
  await expect(requireUnfinished(below)).rejects.toThrow(`Cannot write ${below}: links lead in a circle.`);
});
