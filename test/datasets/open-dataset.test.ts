import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, expect, test } from 'vitest';
import { loadImage } from '#antonym/datasets/load-image.js';
import { openDataset } from '#antonym/datasets/open-dataset.js';
import { UserError } from '#antonym/support/errors.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const root = await temporaryFolder();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'dataset-'));
});

async function save(name: string, width = 80, height = 70): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: 'teal' } }).toFile(path);
  return path;
}

test('a folder is read recursively, in code-unit order, hidden files and other files left out', async () => {
  for (const name of ['b.png', 'B.webp', 'a/z.tif', 'a/deep/y.jpg', 'a.JPEG', 'c.avif', '.hidden.png', '.cache/x.png']) await save(name);
  await writeFile(join(folder, 'notes.txt'), 'not an image');
  const dataset = await openDataset(folder, { minimumSide: 64 });
  expect(dataset.images.map(({ id }) => id)).toEqual(['B.webp', 'a.JPEG', 'a/deep/y.jpg', 'a/z.tif', 'b.png', 'c.avif']);
  expect(dataset).toMatchObject({ kind: 'folder', name: folder.split('/').at(-1), skipped: [] });
  for (const reference of dataset.images) expect(await loadImage(reference)).toMatchObject({ width: 80, height: 70 });
});

test('links are followed once, so that circles end', async () => {
  await save('a/one.png');
  await symlink(folder, join(folder, 'a', 'circle'));
  await symlink(join(folder, 'a'), join(folder, 'again'));
  await symlink(join(folder, 'nowhere'), join(folder, 'broken.png'));
  await symlink(join(folder, 'a', 'one.png'), join(folder, 'two.png'));
  const { images } = await openDataset(folder, { minimumSide: 64 });
  expect(images.map(({ id }) => id)).toEqual(['a/one.png', 'two.png']);
});

test('unreadable and too small files are skipped and named', async () => {
  await save('good.png');
  const small = await save('small.png', 80, 63);
  await writeFile(join(folder, 'text.jpg'), 'Dear diary');
  await writeFile(join(folder, 'empty.jpg'), '');
  const { images, skipped } = await openDataset(folder, { minimumSide: 64 });
  expect(images.map(({ id }) => id)).toEqual(['good.png']);
  expect(skipped).toEqual([
    { id: 'empty.jpg', path: join(folder, 'empty.jpg'), reason: 'the file is empty.' },
    { id: 'small.png', path: small, reason: '80x63 is too small: each side must have at least 64 pixels.' },
    {
      id: 'text.jpg',
      path: join(folder, 'text.jpg'),
      reason: expect.stringMatching(/^[^\n]*the content is not JPEG, [^\n]*BMP, but text\.$/),
    },
  ]);
});

test('a truncated file passes, because only headers are read, and fails when it is loaded', async () => {
  const path = await save('cut.jpg', 256, 256);
  await writeFile(path, (await readFile(path)).subarray(0, -300));
  const { images } = await openDataset(folder, { minimumSide: 64 });
  expect(images).toHaveLength(1);
  await expect(loadImage(images[0]!)).rejects.toThrow(UserError);
});

test('a limit keeps the first images', async () => {
  for (let index = 0; index < 5; index++) await save(`${index}.png`, index === 1 ? 10 : 80);
  const { images, skipped } = await openDataset(folder, { minimumSide: 64, limit: 2 });
  expect(images.map(({ id }) => id)).toEqual(['0.png', '2.png']);
  expect(skipped).toHaveLength(1);
});

test('procedural images are named by the seed of the run and their number', async () => {
  const dataset = await openDataset('procedural', { minimumSide: 224, seed: 9, limit: 2 });
  expect(dataset.images).toEqual([
    { kind: 'procedural', id: 'procedural-9-0', seed: 9, index: 0, width: 768, height: 512 },
    { kind: 'procedural', id: 'procedural-9-1', seed: 9, index: 1, width: 768, height: 512 },
  ]);
  expect((await openDataset('procedural', { minimumSide: 224 })).images).toHaveLength(120);
  const scenes = await openDataset('scenes', { minimumSide: 224, seed: 9, limit: 2 });
  expect(scenes.images).toEqual(dataset.images.map((image) => ({ ...image, look: 'photographic' })));
  await expect(openDataset('procedural', { minimumSide: 544 })).rejects.toThrow(
    /^Images of dataset "procedural" are 768x512, but each side/,
  );
});

test('nothing usable is an error that says what was found', async () => {
  const open = (name: string): Promise<unknown> => openDataset(name, { minimumSide: 64 });
  await expect(open(folder)).rejects.toThrow(/^No image in [^\n]*: looked for files ending in \.jpg, /);
  await save('small.png', 9, 9);
  await expect(open(folder)).rejects.toThrow(/^[^\n]*: The only image file cannot be used; for example [^\n]*small\.png: 9x9 is too small/);
  await expect(open(join(folder, 'small.png'))).rejects.toThrow(/small\.png is a file; a folder of images is needed\.$/);
  await expect(open('procedurl')).rejects.toThrow('There is no dataset and no folder named "procedurl". Did you mean "procedural"?');
  await expect(open(join(folder, 'nowhere'))).rejects.toThrow(UserError);
});

test('datasets.json of the working folder adds to the built-in ones, its paths relative to itself', async () => {
  await save('photos/one.png');
  const mine = { kind: 'folder', path: 'photos', licence: 'CC0', citation: 'me' };
  const far = { kind: 'folder', path: 'far', homepage: 'https://example.org/far' };
  await writeFile(join(folder, 'datasets.json'), JSON.stringify({ datasets: { mine, far } }));
  const before = process.cwd();
  process.chdir(folder);
  try {
    expect(await openDataset('mine', { minimumSide: 64 })).toMatchObject({
      name: 'mine',
      licence: 'CC0',
      citation: 'me',
      images: [{ id: 'one.png' }],
    });
    expect(await openDataset('procedural', { minimumSide: 64 })).toMatchObject({ kind: 'procedural' });
    await expect(openDataset('far', { minimumSide: 64 })).rejects.toThrow(
      /^The images of dataset "far" are not in \/[^\n]*far: download them from https:\/\/example\.org\/far, or state another path in datasets\.json\.$/,
    );
  } finally {
    process.chdir(before);
  }
});
