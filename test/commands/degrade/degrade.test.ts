import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { loadImage } from '#antonym/datasets/load-image.js';
import { distortionGroups } from '#antonym/degrade/distortion.js';
import { distortionNames } from '#antonym/degrade/distortions/table.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import { parseManifest, replayRow } from '#antonym/pairs/manifest.js';
import { sha256Of } from '#antonym/support/sha256.js';
import { rendered, writePhotographs } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonym } from '../antonym.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { startAntonym } from '../running-antonym.js';

const out = await temporaryFolder();
const photographs = await temporaryFolder();
beforeAll(async () => {
  await writePhotographs(photographs, 3, 1);
  await sharp({ create: { width: 30, height: 90, channels: 3, background: 'teal' } }).toFile(join(photographs, 'small.png'));
});

const pairs = (...flags: string[]): string[] => [
  'degrade',
  '--data',
  photographs,
  '--crop',
  '32',
  '--count',
  '5',
  '--levels',
  '3',
  ...flags,
];

test('writes pairs, manifest and contact sheet; every crop can be made again; bytes do not depend on the workers', async () => {
  const first = await antonym(pairs('--out', join(out, 'one'), '--workers', '1', '--json'));
  expect(first).toMatchObject({ status: 0 });
  const result = JSON.parse(first.stdout);
  expect(result).toMatchObject({ pairs: 5, files: 40, seed: 1, levels: 3, crop: 32, out: join(out, 'one') });
  expect(result.skipped.map(({ image }: { image: string }) => image.split('/').at(-1)).sort()).toEqual(['small.png', 'x0.png']);
  expect(first.stderr).toContain('small.png: 30x90 is too small');
  expect(first.stderr).toContain('x0.png: ');

  const rows = parseManifest(await readFile(result.manifest, 'utf8'), 'manifest.jsonl');
  expect(rows).toHaveLength(40);
  for (const row of rows) {
    const path = join(out, 'one', row.file);
    expect(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ).toBe(row.fileSha256);
    expect(sha256Of((await decodeImage(path)).data)).toBe(row.pixelsSha256);
    const pristine = await decodeImage(join(photographs, row.image.id));
    expect(sha256Of((await replayRow(pristine, row)).data)).toBe(row.pixelsSha256);
    expect(row.strengths.length).toBe(row.level === 0 ? 0 : row.composition.distortions.length);
  }
  expect(await sharp(result.contactSheet).metadata()).toMatchObject({ format: 'png', channels: 3 });

  const second = await antonymHere(pairs('--out', join(out, 'four'), '--workers', '4'));
  expect(second).toMatchObject({ status: 0, stdout: `${join(out, 'four')}\n` });
  const files = (await readdir(join(out, 'one'), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  expect(files).toHaveLength(42);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    expect(await readFile(path.replace('/one', '/four'))).toEqual(await readFile(path));
  }
});

test('interrupted by kill -9 or Ctrl-C, the same command resumes and leaves the same bytes; with other options it is refused', async () => {
  const many = pairs('--count', '50', '--workers', '2');
  const whole = join(out, 'whole');
  const stopped = join(out, 'stopped');
  expect(await antonymHere([...many, '--out', whole])).toMatchObject({ status: 0 });
  const made = async (): Promise<number> => (await readdir(join(`${stopped}.partial`, 'content', 'pairs')).catch(() => [])).length;
  for (const [signal, pairsMade] of [
    ['SIGKILL', 2],
    ['SIGKILL', 6],
    ['SIGINT', 11],
  ] as const) {
    const process = startAntonym([...many, '--out', stopped], out);
    await process.until(async () => (await made()) >= pairsMade);
    process.kill(signal);
    const { code, stderr } = await process.ended;
    expect(code).toBe(signal === 'SIGINT' ? 130 : null);
    if (signal === 'SIGINT') expect(stderr).toContain(`are kept in ${stopped}.partial. Repeat the command to resume.`);
  }
  expect(existsSync(stopped)).toBe(false);
  await expectRefused([...many, '--out', stopped, '--seed', '8'], `${stopped}.partial was begun with other options`);
  // a crash of the machine may lose what was not flushed
  await truncate(join(`${stopped}.partial`, 'content', 'pairs', '000000', 'level-1-crop-0.png'), 10);
  expect(await antonymHere([...many, '--out', stopped])).toMatchObject({ status: 0 });
  const digests = async (folder: string): Promise<string[]> => {
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
    return Promise.all(paths.map(async (path) => `${sha256Of(await readFile(path))} ${path.slice(folder.length)}`));
  };
  expect(await digests(stopped)).toEqual(await digests(whole));
  expect(existsSync(`${stopped}.partial`)).toBe(false);
});

test('without --out, each call writes a fresh folder', async () => {
  const working = await mkdtemp(join(out, 'working-'));
  const name = `out/degrade-${photographs.split('/').at(-1)}-seed4`;
  for (const expected of [name, `${name}-2`]) {
    const { status, stdout } = await antonymHere(pairs('--count', '1', '--seed', '4'), working);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${expected}\n` });
  }
  expect((await readdir(join(working, 'out'))).length).toBe(2);
});

test('one photograph at full size', async () => {
  const input = join(photographs, '00.png');
  const flags = ['degrade', '--in', input, '--distortion', 'darken,white-noise', '--seed', '3'];
  const degraded = async (level: number): Promise<Uint8Array> => {
    const path = join(out, `level-${level}.png`);
    expect(await antonymHere([...flags, '--level', String(level), '--out', path])).toMatchObject({ status: 0, stdout: `${path}\n` });
    const { width, height, data } = await decodeImage(path);
    expect([width, height]).toEqual([96, 80]);
    return data;
  };
  expect(await degraded(0)).toEqual((await decodeImage(input)).data);
  const mean = (data: Uint8Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;
  expect(mean(await degraded(5))).toBeLessThan(mean(await degraded(1)) - 10);
  const taken = join(out, 'level-5.png');
  const said = await expectRefused(
    [...flags, '--level', '5', '--out', taken],
    `${taken} already exists: choose another name or remove it.`,
  );
  expect(said).toBe('');
  const json = await antonym([...flags, '--level', '5', '--out', join(out, 'json.png'), '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ level: 5, width: 96, strengths: [{ name: 'darken' }, { name: 'white-noise' }] });
});

test('--gallery shows every distortion at every level on one photograph, as a page and a sheet for each group', async () => {
  const folder = join(out, 'gallery');
  const flags = ['--gallery', folder, '--in', join(photographs, '00.png'), '--levels', '2', '--seed', '3'];
  const { status, stdout } = await antonymHere(['degrade', ...flags, '--json']);
  expect(status).toBe(0);
  const { page, sheets, distortions, width, height } = JSON.parse(stdout);
  expect([width, height]).toEqual([96, 80]);
  expect(distortions.map(({ name }: { name: string }) => name)).toEqual(distortionNames);
  for (const { levels } of distortions) expect(levels[1].psnr).toBeLessThan(levels[0].psnr ?? Number.POSITIVE_INFINITY);
  expect((await readdir(folder)).sort()).toEqual([...distortionGroups.map((group) => `${group}.png`), 'index.html'].sort());
  for (const sheet of sheets) expect(await sharp(sheet).metadata()).toMatchObject({ format: 'png' });
  expect(await readFile(page, 'utf8')).toContain('<title>Distortions of 00.png</title>');
  const few = await antonymHere(['degrade', '--gallery', join(out, 'few'), '--distortion', 'jpeg,darken', '--levels', '2']);
  expect(few).toMatchObject({ status: 0, stdout: `${join(out, 'few', 'index.html')}\n` });
  expect((await readdir(join(out, 'few'))).sort()).toEqual(['brightness.png', 'compression.png', 'index.html']);
});

test('--check says what is wrong with a folder: advice, exit code 0', async () => {
  const folder = await mkdtemp(join(out, 'claimed-'));
  for (let index = 0; index < 4; index++) {
    const { data, width, height } = await loadImage(rendered(index, 480, 360));
    const image = sharp(data, { raw: { width, height, channels: 3 } });
    await image
      .clone()
      .jpeg({ quality: 40 })
      .toFile(join(folder, `${index}.jpg`));
    if (index === 0) await image.clone().resize(360).png().toFile(join(folder, 'copy of 0.png'));
  }
  await writeFile(join(folder, 'text.png'), 'Dear diary');
  const { status, stdout } = await antonymHere(['degrade', '--check', folder]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^compressed: 4 of 5 images \(80 %\), .*\n {2}\S*\.jpg: JPEG quality 40\n/m);
  expect(stdout).toMatch(/^near duplicates: 1 image repeats another, in 1 group; .*\n {2}0\.jpg, copy of 0\.png\n/m);
  expect(stdout).toMatch(/^unusable: 1 file\n {2}text\.png: .*the content is not JPEG.*\n/m);
  expect(stdout).toMatch(/^suggestion: --downscale auto, which reduces these images by [234];/m);
  const json = JSON.parse((await antonymHere(['degrade', '--check', folder, '--json'])).stdout);
  expect(json).toMatchObject({ checked: 5, findings: { compressed: 4 }, nearDuplicates: [['0.jpg', 'copy of 0.png']] });
  expect(json.images).toContainEqual(expect.objectContaining({ image: '2.jpg', jpegQuality: 40 }));
});

test('--list names every distortion with its parameters', async () => {
  const { status, stdout } = await antonymHere(['degrade', '--list']);
  expect(status).toBe(0);
  for (const text of ['blur\n  gaussian-blur ', 'with seed: seed of the pixel noise']) expect(stdout).toContain(text);
  const { distortions } = JSON.parse((await antonymHere(['degrade', '--list', '--json'])).stdout);
  expect(distortions).toContainEqual(expect.objectContaining({ name: 'jpeg', group: 'compression', parameters: {} }));
});

test('wrong input is one clear line without a stack', async () => {
  const file = join(out, 'notes.txt');
  await writeFile(file, 'not an image');
  const empty = await mkdtemp(join(out, 'empty-'));
  const cases: [string[], string][] = [
    [['degrade', '--levels', '1'], '--levels must be a whole number from 2 to 20, but received 1'],
    [['degrade', '--crop', '51'], '--crop must be a multiple of 2 from 32 to 1024, but received 51'],
    [['degrade', '--count', '2.5'], '--count must be a whole number, at least 1, but received 2.5'],
    [['degrade', '--levls', '3'], 'Did you mean "--levels"?'],
    [['degrade', 'extra'], 'Too many arguments'],
    [['degrade', 'status', ''], 'FOLDER is empty, as a variable of the shell may be'],
    [['degrade', 'chek', photographs], 'There is no command "degrade chek". Did you mean "check"?'],
    [['degrade', '--distortion', 'gausian-blur'], 'Did you mean "gaussian-blur"?'],
    [['degrade', '--data', 'procedual'], 'Did you mean "procedural"?'],
    [['degrade', '--data', empty], 'No image in'],
    [['degrade', '--data', file], 'a folder of images is needed'],
    [pairs('--out', photographs), 'already exists and is not empty'],
    [['degrade', '--level', '3'], 'PHOTO is missing'],
    [['degrade', '--in', file, '--level', '3'], 'needs --distortion'],
    [['degrade', '--in', file, '--distortion', 'jpeg', '--level', '6', '--out', 'x.png'], 'from 0 to --levels, 5, but received 6'],
    [['degrade', '--in', file, '--distortion', 'jpeg', '--level', '3', '--out', 'x.jpg'], '--out must end in .png'],
    [['degrade', '--in', file, '--distortion', 'jpeg', '--level', '3', '--out', join(out, 'y.png')], `Cannot read image ${file}`],
    [['degrade', '--in', file, '--crop', '64'], 'cannot be used with'],
    [['degrade', '--gallery', photographs], 'already exists and is not empty'],
    [['degrade', '--gallery', join(out, 'g'), '--in', file], `Cannot read image ${file}`],
    [['degrade', '--gallery', join(out, 'g'), '--level', '2'], 'cannot be used with'],
  ];
  for (const [args, message] of cases) expect(await expectRefused(args, message), args.join(' ')).toBe('');
});
