import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { expandPaths } from '#antonym/datasets/expand-paths.js';
import { describeLeftOut } from '#antonym/datasets/left-out.js';
import { listImageFiles } from '#antonym/datasets/list-image-files.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const root = await temporaryFolder();

/** A new folder with empty files of these names. */
async function folderOf(name: string, files: readonly (string | Buffer)[]): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (const file of files) {
    if (typeof file === 'string') await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(typeof file === 'string' ? join(folder, file) : Buffer.concat([Buffer.from(`${folder}/`), file]), '');
  }
  return folder;
}

async function ids(folder: string, exclude: readonly string[] = []): Promise<string[]> {
  return (await listImageFiles(folder, { exclude })).files.map(({ id }) => id);
}

test('every usual ending of JPEG is one, in any case', async () => {
  const names = ['a.JPG', 'b.jpeg', 'c.jpe', 'd.jfif', 'e.JFI', 'f.pjpeg', 'g.pjp', 'h.dib'];
  expect(await ids(await folderOf('endings', names))).toEqual(names);
});

test('what is not read is counted by its ending', async () => {
  const folder = await folderOf('others', ['a.jpg', 'b.gif', 'c.GIF', 'd.svg', '.hidden.gif', 'sub/e.gif', 'README']);
  const { files, leftOut } = await listImageFiles(folder);
  expect(files.map(({ id }) => id)).toEqual(['a.jpg']);
  expect(leftOut.files).toEqual({ '.gif': 3, '.svg': 1, 'without extension': 1 });
  expect(describeLeftOut(leftOut)).toEqual(['5 files left out: 3 .gif, 1 .svg, 1 without extension']);
});

test('folders of the system and of other programs are left out, and named', async () => {
  const system = ['@eaDir', 'lost+found', '$RECYCLE.BIN', 'System Volume Information', '#recycle', '__MACOSX', 'album/@eaDir'];
  const hidden = ['.git', '.Trash-1000', '.@__thumb'];
  const folder = await folderOf('nas', ['album/a.jpg', '._a.jpg', ...[...system, ...hidden].map((name) => `${name}/thumbnail.jpg`)]);
  const { files, leftOut } = await listImageFiles(folder);
  expect(files.map(({ id }) => id)).toEqual(['album/a.jpg']);
  expect([...leftOut.systemFolders].sort()).toEqual([...system, ...hidden].sort());
  expect(leftOut.files).toEqual({ hidden: 1 });
  expect(describeLeftOut(leftOut).join()).toContain('@eaDir');
});

test('patterns leave out files and folders', async () => {
  const folder = await folderOf('patterns', ['a.jpg', 'a-small.jpg', 'thumbs/b.jpg', 'x/thumbs/c.jpg', 'x/y/d.jpg', 'x/y/e.png']);
  expect(await ids(folder, ['thumbs'])).toEqual(['a-small.jpg', 'a.jpg', 'x/y/d.jpg', 'x/y/e.png']);
  expect(await ids(folder, ['*-small.*', 'x/y/*.jpg'])).toEqual(['a.jpg', 'thumbs/b.jpg', 'x/thumbs/c.jpg', 'x/y/e.png']);
  expect(await ids(folder, ['x/**', 'THUMBS/'])).toEqual(['a-small.jpg', 'a.jpg']);
  expect((await listImageFiles(folder, { exclude: ['*.png'] })).leftOut.files).toEqual({ excluded: 1 });
});

test.runIf(process.platform === 'linux')('pipes, links to nothing and names that are not UTF-8 are left out and said', async () => {
  const folder = await folderOf('odd', ['a.jpg', Buffer.from('Gr\xf6\xdfe.jpg', 'latin1'), 'gr\ufffdn.jpg']);
  await promisify(execFile)('mkfifo', [join(folder, 'pipe.jpg')]);
  await symlink(join(folder, 'nowhere'), join(folder, 'broken.jpg'));
  const { files, leftOut } = await listImageFiles(folder);
  expect(files.map(({ id }) => id)).toEqual(['a.jpg', 'gr\ufffdn.jpg']);
  expect(leftOut.files).toEqual({
    'whose name is not UTF-8 (rename it)': 1,
    'no regular files (pipes, devices)': 1,
    'links to nothing': 1,
  });
});

test.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
  'a subfolder that cannot be read is named, and the rest is listed',
  async () => {
    const folder = await folderOf('locked', ['a.jpg', 'private/b.jpg', 'sub/c.jpg']);
    await promisify(execFile)('chmod', ['755', root, folder]);
    await promisify(execFile)('chmod', ['700', join(folder, 'private')]);
    const module = import.meta.resolve('#antonym/datasets/list-image-files.js');
    const program = `
    process.setgid(65534); process.setuid(65534);
    const { listImageFiles } = await import(${JSON.stringify(module)});
    const { files, leftOut } = await listImageFiles(${JSON.stringify(folder)});
    process.stdout.write(JSON.stringify([files.map(({ id }) => id), leftOut.unreadable]));`;
    // The modules are read before the rights are given up.
    const preload = `await import(${JSON.stringify(module)});`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', preload + program]);
    expect(JSON.parse(stdout)).toEqual([['a.jpg', 'sub/c.jpg'], [{ path: join(folder, 'private'), reason: 'permission denied' }]]);
  },
);

test('a folder that is not there is an error', async () => {
  await expect(listImageFiles(join(root, 'nowhere'))).rejects.toThrow('ENOENT');
});

test('patterns that no shell has expanded are expanded', async () => {
  const folder = await folderOf('shell', ['a.jpg', 'b.jpg', 'c.png', 'd.heic', 'sub/e.jpg', '[1].jpg']);
  const expand = async (pattern: string) => {
    const { files, failed } = await expandPaths([join(folder, pattern)]);
    return [files.map(({ path }) => path.slice(folder.length + 1)), failed.map(({ error }) => error.message)];
  };
  expect(await expand('*.jpg')).toEqual([['[1].jpg', 'a.jpg', 'b.jpg'], []]);
  expect(await expand('**/*.jpg')).toEqual([['[1].jpg', 'a.jpg', 'b.jpg', 'sub/e.jpg'], []]);
  expect(await expand('?.{png,heic}')).toEqual([['c.png', 'd.heic'], []]);
  // A file of that name is itself.
  expect(await expand('[1].jpg')).toEqual([['[1].jpg'], []]);
  expect(await expand('*.webp')).toEqual([[], [`No file matches ${join(folder, '*.webp')}.`]]);
  expect(await expand('a.webp')).toEqual([[], [`Cannot read ${join(folder, 'a.webp')}: it does not exist.`]]);
});
