/** `antonym score --map`: the picture and the numbers of each photograph, all or none. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { mapNames } from '#antonym/commands/score/write-map.js';
import { loadModel } from '#antonym/index.js';
import { parseSealed } from '#antonym/support/sealed-json.js';
import { saveBrightnessModel } from '../../score/brightness-model.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';

const folder = await temporaryFolder();
await saveBrightnessModel(join(folder, 'model'));
await mkdir(join(folder, 'photos/deep'), { recursive: true });
const gray = (value: number) => sharp({ create: { width: 60, height: 40, channels: 3, background: { r: value, g: value, b: value } } });
await writeFile(join(folder, 'photos/one.png'), await gray(51).png().toBuffer());
await writeFile(join(folder, 'photos/one.jpg'), await gray(102).jpeg().toBuffer());
await writeFile(join(folder, 'photos/deep/one.png'), await gray(204).png().toBuffer());
await writeFile(join(folder, 'photos/broken.png'), 'no picture');

test('writes a picture and numbers for each photograph that can be read, in the layout of the folder', async () => {
  const args = ['score', '--model', 'model', '--json', '--map', 'maps/new', 'photos'];
  const { status, stdout, stderr } = await antonymHere(args, folder);
  expect(status, stderr).toBe(2);
  expect(stderr).toContain('maps/new: 3 maps\n');
  const files = (await readdir(join(folder, 'maps/new'), { recursive: true })).sort();
  const names = ['deep/one.png', 'one.jpg', 'one.png'];
  expect(files).toEqual(['deep', ...names.flatMap((name) => [`${name}.map.json`, `${name}.map.png`])]);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ map }) => map).map(({ map }) => map)).toEqual(names.map((name) => join('maps/new', `${name}.map.json`)));
  const map = parseSealed(await readFile(join(folder, 'maps/new/one.png.map.json'), 'utf8')) as Record<string, unknown>;
  expect(map).toMatchObject({ format: 'antonym-map-1', image: join('photos', 'one.png'), width: 60, height: 40, tile: 8, stride: 4 });
  expect(map.scores).toHaveLength(9);
  expect((map.scores as number[][]).flat().every((score) => score === 0.2)).toBe(true);
  await using model = await loadModel(join(folder, 'model'));
  const { left, top } = await model.map(join(folder, 'photos/one.png'));
  expect([map.left, map.top]).toEqual([left, top]);
  const { width } = await sharp(join(folder, 'maps/new/deep/one.png.map.png')).metadata();
  expect(width).toBe(400);
});

test('leaves nothing where no photograph can be read', async () => {
  const { status } = await antonymHere(['score', '--model', 'model', '--map', 'none', 'photos/broken.png'], folder);
  expect(status).toBe(3);
  expect((await readdir(folder)).sort()).toEqual(['maps', 'model', 'photos']);
});

test.each<[args: string[], message: RegExp]>([
  [['--map', 'photos', 'photos'], /photos already exists and is not empty/],
  [['--map', 'out', '--cache', 'photos'], /--map and --cache exclude each other/],
  [['--map-tile', '32', 'photos'], /--map-tile is about --map FOLDER/],
  [['--map', 'out', '--list', 'photos', '--out', 'scores'], /--map is for images given as paths/],
])('%j is refused', async (args, message) => {
  await expectRefused(['score', '--model', 'model', ...args], message, folder);
});

test('names are paths below the folder that all share, and differ', () => {
  const names = (...paths: string[]) => [...mapNames(paths.map((path) => (path === '-' ? path : resolve('/', path)))).values()];
  expect(names('a/b/c.jpg')).toEqual(['c.jpg']);
  expect(names('a/b/c.jpg', 'a/d/c.jpg', 'a/b/c.png')).toEqual(['b/c.jpg', 'd/c.jpg', 'b/c.png']);
  expect(names('a/b.tar/x/1.jpg', 'a/b.tar/y/1.jpg', '-')).toEqual(['x/1.jpg', 'y/1.jpg', 'standard-input']);
});
