/** `antonym score --xmp`: stars beside photographs, and nowhere else. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { starsOf } from '#antonym/commands/score/write-sidecars.js';
import { saveBrightnessModel } from '../../score/brightness-model.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';

const folder = await temporaryFolder();
await saveBrightnessModel(join(folder, 'model'));
await mkdir(join(folder, 'photos', 'deep'), { recursive: true });
const names = ['a.png', 'b.png', 'c.png', 'd.png', 'deep/e.png'];
for (const [index, name] of names.entries()) {
  const value = 40 * (index + 1);
  await sharp({ create: { width: 60, height: 40, channels: 3, background: { r: value, g: value, b: value } } }).toFile(
    join(folder, 'photos', name),
  );
}
const score = (...words: string[]) => antonymHere(['score', '--model', 'model', ...words], folder);
const sidecar = (name: string): Promise<string> => readFile(join(folder, 'photos', name), 'utf8');
const starsIn = async (name: string): Promise<number> => Number(/xmp:Rating="([1-5])"/.exec(await sidecar(name))![1]);

test('writes stars by rank, again over its own sidecars, and leaves those of others as they are', async () => {
  await writeFile(join(folder, 'photos', 'c.png.xmp'), 'mine');
  const first = await score('--xmp', 'photos', 'photos');
  expect(first.status, first.stderr).toBe(0);
  expect(first.stderr).toContain('photos: stars for 4 photographs\n');
  expect(first.stderr).toContain('1 sidecar was there, and stays as it is\n');
  expect(first.stdout).toMatch(/^0\.\d{4} {2}photos\/deep\/e\.png\n/);
  expect(await sidecar('c.png.xmp')).toBe('mine');
  expect([await starsIn('a.png.xmp'), await starsIn('b.png.xmp'), await starsIn('deep/e.png.xmp')]).toEqual([1, 2, 5]);
  const edited = `${await sidecar('d.png.xmp')}<!-- a note -->`;
  await writeFile(join(folder, 'photos', 'd.png.xmp'), edited);
  const again = await score('--xmp', 'photos', '--quiet', join('photos', 'b.png'), join('photos', 'd.png'));
  expect(again.stderr).toBe('');
  expect(await starsIn('b.png.xmp')).toBe(3);
  expect(await sidecar('d.png.xmp')).toBe(edited);
});

test('names sidecars by the stem where asked, and refuses two photographs with one', async () => {
  await score('--xmp', 'photos', '--xmp-names', 'stem', join('photos', 'a.png'));
  expect(await starsIn('a.xmp')).toBe(5);
  await writeFile(join(folder, 'photos', 'a.jpg'), await readFile(join(folder, 'photos', 'a.png')));
  const both = ['--xmp', 'photos', join('photos', 'a.png'), join('photos', 'a.jpg')];
  await expectRefused(
    ['score', '--model', 'model', '--xmp-names', 'stem', ...both],
    /would have one sidecar: leave one out, or choose/,
    folder,
  );
  expect((await score(...both)).status).toBe(0);
});

test('writes nothing outside of the folder, through links neither', async () => {
  await mkdir(join(folder, 'elsewhere'));
  await writeFile(join(folder, 'elsewhere', 'x.png'), await readFile(join(folder, 'photos', 'a.png')));
  await symlink(join(folder, 'elsewhere'), join(folder, 'photos', 'linked'));
  for (const outside of [join('elsewhere', 'x.png'), join('photos', 'linked', 'x.png')]) {
    await expectRefused(
      ['score', '--model', 'model', '--xmp', 'photos', outside],
      /x\.png is not a file in photos: --xmp writes beside the photographs/,
      folder,
    );
  }
  await expectRefused(['score', '--model', 'model', '--xmp', 'nowhere', 'photos'], /Cannot read nowhere: it does not exist/, folder);
  await expectRefused(['score', '--model', 'model', '--xmp-names', 'stem', 'photos'], /--xmp-names is about --xmp FOLDER/, folder);
  expect(await readdir(join(folder, 'elsewhere'))).toEqual(['x.png']);
});

test('stars rise with scores; each number has a fifth; repetitions have one star', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }), (scores) => {
      const results = scores.map((value) => ({ image: String(value), score: value }));
      const stars = starsOf(results);
      for (const [index, result] of results.entries())
        for (const [other, { score: value }] of results.entries())
          if (value > result.score) expect(stars[other]).toBeGreaterThanOrEqual(stars[index]!);
      for (const count of [1, 2, 3, 4, 5])
        expect(Math.abs(stars.filter((value) => value === count).length - scores.length / 5)).toBeLessThan(1);
      const best = Math.max(...scores);
      const burst = starsOf(results.map((result) => ({ ...result, group: 1 })));
      expect(burst).toEqual(scores.map((value) => (value === best ? 5 : 1)));
    }),
  );
});
