import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { ComparedVariant } from '#antonym/compare/comparison-result.js';
import { loadImage } from '#antonym/datasets/load-image.js';
import { encodePng } from '#antonym/images/encode-png.js';
import { rendered } from '../../pairs/folder-of-photographs.js';
import { readResult } from '../../support/files/read-result.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonym } from '../antonym.js';
import { expectRefused } from '../expect-refused.js';
import { writeRandomModel } from '../random-model.js';

const folder = await temporaryFolder();
for (const name of ['before/sub', 'after/sub', 'empty']) await mkdir(join(folder, name), { recursive: true });
for (let index = 0; index < 6; index++) {
  const png = await encodePng(await loadImage(rendered(index, 160, 120)));
  await writeFile(join(folder, 'before/sub', `${index}.png`), png);
  await writeFile(join(folder, 'after/sub', `${index}.jpg`), await sharp(png).blur(3).jpeg({ quality: 10 }).toBuffer());
}
await writeFile(join(folder, 'before/alone.png'), await encodePng(await loadImage(rendered(7, 80, 80))));
await writeFile(join(folder, 'before/broken.png'), 'no picture');
await writeFile(join(folder, 'after/broken.png'), 'no picture');
await writeRandomModel(join(folder, 'untold'));
const encoder = (name: string, command: readonly string[]) => ({
  name,
  series: 'copy',
  command: [...command, '{input}', '{output}'],
  extension: 'png',
});
const copy = [process.execPath, '-e', 'require("fs").copyFileSync(process.argv[1], process.argv[2])'];
await writeFile(join(folder, 'encoders.json'), JSON.stringify({ encoders: [encoder('one', copy), encoder('two', copy)] }));

test('a worse folder fails the limit, with a page, numbers and JUnit XML; what was left out is named', async () => {
  const { status, stdout, stderr } = await antonym(['compare', 'before', 'after', '--out', 'result', '--fail-below', '-0.02'], folder);
  expect(status, stderr).toBe(1);
  expect(stdout).toMatch(/^Worse: -\d\.\d{4} on average .* over 6 pictures, 100 % of them worse\. This fails the limit of -0\.0200\.\n/);
  expect(stdout).toMatch(/\nMedian -\d\.\d{4} \(-.*\), p \.\d{3} \(Wilcoxon's signed-rank test\); files .* kB to .* kB\.\n/);
  expect(stdout).toContain('1 only before: alone.png\n');
  expect(stdout).toContain('1 not scored: broken.png\n');
  expect(stderr).toContain('broken.png');
  expect((await readdir(join(folder, 'result'))).sort()).toEqual(['comparison.json', 'index.html', 'junit.xml', 'pictures.csv']);
  const { variants } = await readResult(join(folder, 'result/comparison.json'));
  expect(variants[0].pairs).toHaveLength(6);
  const junit = await readFile(join(folder, 'result/junit.xml'), 'utf8');
  expect(junit).toContain('<testsuites tests="1" failures="1">');
  expect(junit).toMatch(/<failure message="Worse: .*"\/><system-out>only before: alone\.png\nnot scored: broken\.png: .*<\/system-out>/);
  expect((await readFile(join(folder, 'result/pictures.csv'), 'utf8')).trimEnd().split('\r\n')).toHaveLength(7);
});

test('encoders that copy change nothing, and leave no file', async () => {
  const { status, stdout, stderr } = await antonym(
    ['compare', 'before/sub', '--encoders', 'encoders.json', '--json', '--fail-below', '-0.001'],
    folder,
    {
      TMPDIR: join(folder, 'empty'),
    },
  );
  expect(status, stderr).toBe(0);
  const { variants } = JSON.parse(stdout);
  expect((variants as ComparedVariant[]).map(({ name, summary, limit }) => [name, summary.mean, limit])).toEqual(
    ['one', 'two'].map((name) => [name, { value: 0, low: 0, high: 0 }, { failBelow: -0.001, failed: false }]),
  );
  expect(await readdir(join(folder, 'empty'))).toEqual([]);
});

test.each([
  [['before'], /Give two folders, BEFORE and AFTER, but received 1/],
  [['before', 'nowhere'], /nowhere/],
  [['before', 'empty'], /empty has no supported images in it/],
  [['before', 'after', '--encoders', 'encoders.json'], /give the folder of the pictures alone/],
  [['before', 'after', '--model', 'untold', '--why'], /The model does not say what is wrong with an image/],
  [['before', 'after', '--out', 'before'], /before already exists and is not empty/],
])('%j is refused in one line', async (args, message) => {
  await expectRefused(['compare', ...args], message, folder);
});
