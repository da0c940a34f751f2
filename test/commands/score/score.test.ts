/** Scoring by the real command, with a really trained model. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { shippedModel } from '#antonym/export/shipped-model.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { loadModel } from '#antonym/index.js';
import { describeLikeness, likenessOf } from '#antonym/score/likeness.js';
import { rendered } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonym, program } from '../antonym.js';
import { antonymHere } from '../antonym-here.js';
import { expectOneLine } from '../expect-one-line.js';
import { expectRefused } from '../expect-refused.js';
import { copyReferenceRun } from '../train/reference-run.js';

const folder = await temporaryFolder();
const score = (...args: string[]) => antonymHere(['score', ...args], folder);
const refused = (args: readonly string[], message: RegExp) => expectRefused(['score', ...args], message, folder);
const trained = ['--model', 'model'];

async function savePhotograph(path: string, index: number, width: number, height: number): Promise<void> {
  const { data } = renderProcedural(rendered(index, width, height));
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(join(folder, path));
}

async function scoresOf(...args: string[]): Promise<Record<string, number>> {
  const { status, stdout, stderr } = await score(...args, '--json');
  expect(status, stderr).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => JSON.parse(line)).map(({ image, score }) => [image, score]));
}

beforeAll(async () => {
  for (const path of ['photos/deeper', 'empty']) await mkdir(join(folder, path), { recursive: true });
  const sizes = [
    ['photos/a.jpg', 160, 120],
    ['photos/b.png', 97, 133],
    ['photos/c.webp', 33, 32],
    ['photos/deeper/d.tif', 401, 37],
    ['photos/deeper/e.png', 240, 180],
  ] as const;
  for (const [index, [path, width, height]] of sizes.entries()) await savePhotograph(path, index, width, height);
  await copyReferenceRun(join(folder, 'training'));
  await mkdir(join(folder, 'runs'));
  await rename(join(folder, 'training', 'runs', 'reference'), join(folder, 'runs', 'model'));
  await savePhotograph('small.png', 6, 200, 31);
  await writeFile(join(folder, 'cut.jpg'), (await readFile(join(folder, 'photos', 'a.jpg'))).subarray(0, 2500));
  await writeFile(join(folder, 'notes.txt'), 'no image');
});

const inOrder = ['photos/a.jpg', 'photos/b.png', 'photos/c.webp', 'photos/deeper/d.tif', 'photos/deeper/e.png'];

describe('score', () => {
  test('lists photographs of any size and format from best to worst', async () => {
    const { status, stdout } = await score('photos', ...trained);
    const rows = stdout.trimEnd().split('\n');
    expect(status).toBe(0);
    expect(rows.map((row) => /^[01]\.\d{4} {2}(photos\/\S+)$/.exec(row)?.[1]).sort()).toEqual(inOrder);
    expect(rows).toEqual([...rows].sort((a, b) => Number(b.slice(0, 6)) - Number(a.slice(0, 6))));
  });

  test('as JSON, gives one object a line in the order given, and nothing else on stdout', async () => {
    const { status, stdout } = await antonym(['score', 'photos/deeper', 'photos/a.jpg', '--json', ...trained], folder);
    expect(status).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ image }) => image)).toEqual(['photos/deeper/d.tif', 'photos/deeper/e.png', 'photos/a.jpg']);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['image', 'score']);
      expect(row.score > 0 && row.score < 1).toBe(true);
    }
    const table = (await score('photos/deeper', 'photos/a.jpg', ...trained)).stdout;
    for (const { image, score } of rows) expect(table).toContain(`${score.toFixed(4)}  ${image}\n`);
  });

  test('says what a score is like in every form, where the model tells', async () => {
    const { description } = await loadModel(dirname((await shippedModel())!.path));
    const scores = Object.values(await scoresOf('photos/a.jpg', 'photos/deeper/e.png'));
    const [likeness, other] = scores.map((score) => likenessOf(score, description)!);
    const table = (await score('photos/a.jpg', 'photos/deeper/e.png')).stdout;
    expect(table).toContain(`${scores[0]!.toFixed(4)}  photos/a.jpg         ${describeLikeness(likeness!)}\n`);
    expect(table).toContain(`${scores[1]!.toFixed(4)}  photos/deeper/e.png  ${describeLikeness(other!)}\n`);
    expect(JSON.parse((await score('photos/a.jpg', '--json')).stdout)).toEqual({ image: 'photos/a.jpg', score: scores[0], ...likeness });
    const [row] = parse((await score('photos/a.jpg', '--csv')).stdout, { columns: true });
    expect(row).toMatchObject({ level: String(likeness!.level), percentile: String(likeness!.percentile) });
    expect((await score('photos/a.jpg', '--meaning', ...trained)).stderr).toContain('what a score is like is not known');
  });

  test('names each image that cannot be scored, scores the others, and ends with code 2', async () => {
    const { status, stdout, stderr } = await score(
      'cut.jpg',
      'photos/a.jpg',
      'small.png',
      'nowhere.jpg',
      'notes.txt',
      'empty',
      '--json',
      ...trained,
    );
    expect(status).toBe(2);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toEqual([
      { image: 'cut.jpg', error: expect.stringMatching(/cut\.jpg: ./), code: 'ERR_ANTONYM_NOT_AN_IMAGE' },
      { image: 'photos/a.jpg', score: expect.any(Number) },
      { image: 'small.png', error: expect.stringMatching(/too small/), code: 'ERR_ANTONYM_TOO_SMALL' },
      { image: 'nowhere.jpg', error: expect.stringMatching(/does not exist/), code: 'ERR_ANTONYM_NO_SUCH_FILE' },
      { image: 'notes.txt', error: expect.stringMatching(/not JPEG/), code: 'ERR_ANTONYM_NOT_AN_IMAGE' },
      { image: 'empty', error: expect.stringMatching(/no supported images/), code: 'ERR_ANTONYM_NO_SUCH_FILE' },
    ]);
    const errors = stderr.split('\n').filter((line) => line.startsWith('error: '));
    expect(errors.sort()).toEqual([
      expect.stringMatching(/cut\.jpg: ./),
      expect.stringMatching(/notes\.txt: the content is not JPEG/),
      expect.stringMatching(/Cannot read nowhere\.jpg: it does not exist/),
      expect.stringMatching(/empty has no supported images in it/),
      expect.stringMatching(/small\.png: 200x31 pixels are too small: the model needs at least 32/),
    ]);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('ends with code 3 where none can be scored', async () => {
    expect(await score('nowhere.jpg', 'photos-of-nothing', ...trained)).toMatchObject({ status: 3, stdout: '' });
    expect(await score('cut.jpg', ...trained)).toMatchObject({ status: 3, stdout: '' });
  });

  test('prints a name with a line break in one line, and with --quiet nothing but results', async () => {
    await copyFile(join(folder, 'photos', 'a.jpg'), join(folder, 'two\nlines.jpg'));
    const { status, stdout, stderr } = await score('two\nlines.jpg', '--quiet', ...trained);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^0\.\d{4} {2}two\\nlines\.jpg\n$/),
      stderr: '',
    });
  });

  test('takes names that end with NUL from standard input, and prints CSV', async () => {
    const names = ['two\nlines.jpg', 'small.png', 'photos/b.png'];
    const child = spawn(process.execPath, [program, 'score', '-0', '-', '--csv', ...trained], { cwd: folder });
    child.stdin.end(names.map((name) => `${name}\0`).join(''));
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const [code] = await once(child, 'close');
    const score = /^0\.\d+$/;
    expect(code).toBe(2);
    // the scores of this model do not fall with the level
    const unknown = { opinion: '', level: '', percentile: '' };
    expect(parse(stdout, { columns: true })).toEqual([
      { ...unknown, image: names[0], score: expect.stringMatching(score), error: '', code: '' },
      { ...unknown, image: names[1], score: '', error: expect.stringMatching(/too small/), code: 'ERR_ANTONYM_TOO_SMALL' },
      { ...unknown, image: names[2], score: expect.stringMatching(score), error: '', code: '' },
    ]);
  });

  test.skipIf(!existsSync('/dev/full'))('says in one line that the result cannot be written', async () => {
    const cli = fileURLToPath(import.meta.resolve('#antonym/cli.js'));
    const child = spawn('sh', ['-c', 'exec "$@" > /dev/full', 'sh', process.execPath, cli, 'score', 'photos', ...trained], { cwd: folder });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => /^error: |^\s+at /.test(line))).toEqual([
      expect.stringMatching(/^error: Cannot write the result: the disk is full\./),
    ]);
  });

  test('gives an image above --max-pixels the mean score of its tiles, any other its own', async () => {
    const path = 'photos/deeper/e.png';
    const whole = await scoresOf(path, ...trained);
    expect(await scoresOf(path, '--max-pixels', String(240 * 180), ...trained)).toEqual(whole);
    for (const left of [0, 120]) {
      await sharp(join(folder, path))
        .extract({ left, top: 0, width: 120, height: 180 })
        .toFile(join(folder, `tile-${left}.png`));
    }
    const [first, second] = Object.values(await scoresOf('tile-0.png', 'tile-120.png', ...trained));
    const split = (await scoresOf(path, '--max-pixels', '22000', ...trained))[path];
    expect(split).toBeCloseTo((first! + second!) / 2, 6);
    expect(split).not.toBe(whole[path]);
  });

  test('--scale reduces larger photographs first, and leaves others as they are', async () => {
    const path = 'photos/deeper/e.png';
    const small = 'reduced.png';
    await sharp(join(folder, path)).resize(120, 90, { fit: 'fill', kernel: 'lanczos3' }).toFile(join(folder, small));
    const [reduced] = Object.values(await scoresOf(path, '--scale', '90', ...trained));
    expect(reduced).toBeCloseTo(Object.values(await scoresOf(small, ...trained))[0]!, 6);
    expect(await scoresOf(path, '--scale', '180', ...trained)).toEqual(await scoresOf(path, ...trained));
    await refused(['photos', '--scale', '9'], /--scale must be a whole number, at least 64, but received 9/);
  });

  test('finds a model by file, folder or run, and takes the one that ships without', async () => {
    const expected = await scoresOf('photos/a.jpg', ...trained);
    await cp(join(folder, 'runs', 'model', 'export'), join(folder, 'taken'), { recursive: true });
    for (const model of ['model', 'runs/model', 'runs/model/export', 'runs/model/export/model.onnx', 'taken']) {
      expect(await scoresOf('photos/a.jpg', '--model', model), model).toEqual(expected);
    }
    const shipped = await shippedModel();
    expect(await scoresOf('photos/a.jpg')).toEqual(await scoresOf('photos/a.jpg', '--model', shipped!.path));
  });

  test('ends quietly when nobody reads on', async () => {
    const cli = fileURLToPath(import.meta.resolve('#antonym/cli.js'));
    const child = spawn(process.execPath, [cli, 'score', 'photos', '--json', ...trained], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, 'close');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/error/i) });
  });
});

describe('a model that is none', () => {
  beforeAll(async () => {
    const graph = new Graph();
    graph.output('y', graph.add('Relu', [graph.input('x', 'float32', [2])]));
    await mkdir(join(folder, 'foreign'));
    await writeFile(join(folder, 'foreign', 'model.onnx'), encodeOnnx(graph));
    for (const name of ['alone', 'altered', 'cut']) {
      await mkdir(join(folder, name));
      await copyFile(join(folder, 'taken', 'model.onnx'), join(folder, name, 'model.onnx'));
    }
    await writeFile(join(folder, 'altered', 'model.json'), '{"format": "antonym-model-9"}');
    await writeFile(join(folder, 'cut', 'model.onnx'), (await readFile(join(folder, 'taken', 'model.onnx'))).subarray(0, 100_000));
    await mkdir(join(folder, 'runs', 'unfinished'));
  });

  test.each<[model: string, message: RegExp]>([
    ['notes.txt', /notes\.txt is not an ONNX model/],
    ['photos/a.jpg', /a\.jpg is not an ONNX model/],
    ['cut', /model\.onnx is not an ONNX model/],
    ['foreign', /model\.onnx is not a model of this program/],
    ['alone', /model\.json is missing/],
    ['altered', /model\.json does not describe a model of this version/],
    ['empty', /empty is a folder without a model\.onnx/],
    ['nowhere.onnx', /nowhere\.onnx: it does not exist/],
    ['modle', /There is no run "modle".*Did you mean "model"\?/],
    ['unfinished', /The run unfinished has no exported model.*npm run export -- --run unfinished/],
  ])('%s is refused in one line', async (model, message) => {
    await refused(['photos/a.jpg', '--model', model], message);
  });

  test('no image, a wrong flag: one line each', async () => {
    await refused(['photos', '--json', '--csv'], /--json and --csv exclude each other/);
    await refused(['photos', '-0'], /--null is about standard input: give - as a path/);
    await refused([], /PATH\.\.\. is missing: --help says what to give/);
    await refused(['photos', '--max-pixels', '9'], /--max-pixels must be a whole number, at least 4096, but received 9/);
    await refused(['photos', '--jsn'], /Unknown option --jsn\. Did you mean "--json"\?/);
    expectOneLine(await antonym(['scor', 'photos'], folder), /Unknown command scor\. Did you mean "score"\?/);
  });
});
