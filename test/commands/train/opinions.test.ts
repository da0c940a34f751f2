/** `train --opinion` by the real command, on images whose brightness is their rating. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { parseModelDescription } from '#antonym/export/model-description.js';
import { loadModel } from '#antonym/score/load-model.js';
import { launch, launchers, unlessLaunchers } from '../../peers/mpirun.js';
import { readResult } from '../../support/files/read-result.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { program } from '../antonym.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { metricsOf, resultsOf, stepsOf } from '../run-files.js';
import { stoppedHere } from '../stopped-here.js';

const folder = await temporaryFolder();
const train = (...flags: string[]) => antonymHere(['train', ...flags], folder);
const small = ['--crop', '32', '--levels', '2', '--held-out', '1', '--distortion', 'jpeg', '--workers', '1', '--degradations', 'off'];
const settings = ['--opinion', 'mos.csv', ...small, '--steps', '6', '--batch-size', '2', '--accumulate', '2', '--lr', '1e-6'];
const refused = (flags: readonly string[], message: RegExp) =>
  expectRefused(['train', ...small, '--opinion', ...flags, '--run', 'wrong'], message, folder);
const [count, width, height] = [30, 48, 40];

beforeAll(async () => {
  await mkdir(join(folder, 'images'));
  const rows: string[] = [];
  for (let index = 0; index < count; index++) {
    // stripes of another period each: no two nearly repeat each other
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => 8 * index * ((Math.floor(at / 3) % (index + 2)) / (index + 1)));
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(join(folder, 'images', `${index}.png`));
    rows.push(`${index}.png,${1 + index / 8},r${index % 10}`);
  }
  const table = (lines: readonly string[]): string => `image,mos,reference\n${lines.join('\n')}\n`;
  const image = await readFile(join(folder, 'images/9.png'));
  await writeFile(join(folder, 'images/damaged.png'), image.subarray(0, image.length / 2));
  await writeFile(join(folder, 'mos.csv'), table([...rows, 'damaged.png,3,r11']));
  await writeFile(join(folder, 'nine.csv'), table(rows.slice(0, 9)));
  await writeFile(join(folder, 'nan.csv'), table([...rows, '3.png,NaN,r3']));
  await writeFile(join(folder, 'gone.csv'), table([...rows.slice(0, 12), 'x.png,3,r', 'y.png,4,r']));
  await writeFile(join(folder, 'equal.csv'), table(rows.map((_, index) => `${index}.png,3,r${index}`)));
  const { status, stdout, stderr } = await train(...settings, '--run', 'rated');
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/is not label-free, and says so/);
  expect(stderr).toMatch(/warning: clip-tiny starts from random weights/);
  expect(stderr).toMatch(/left out: 1 of 31 rated images, for example damaged\.png: it is damaged/);
  expect(stdout).toMatch(/train -- --backbone clip-rn50 --opinion mos\.csv /);
}, 90_000);

test('a model that saw opinions says so everywhere, gives opinions, and is not measured on their images', async () => {
  const path = (name: string): string => join(folder, 'runs/rated', name);
  const text = await readFile(path('export/model.json'), 'utf8');
  const { method, trainedOpinions } = parseModelDescription(text, 'model.json');
  expect(method).toMatch(/^trained with opinions of people/);
  const images = trainedOpinions!.images!;
  expect(images.training + images.validation + images.test).toBe(count);
  expect(trainedOpinions).toMatchObject({ name: 'mos', direction: 'higher is better' });
  expect(await readFile(path('export/MODEL_CARD.md'), 'utf8')).toMatch(
    /# clip-tiny trained on mos, saw \d+ opinions\n[\s\S]*\*\*This model saw opinions/,
  );
  expect(await readFile(path('report.html'), 'utf8')).toMatch(/This model saw opinions of people and is not label-free/);
  const seen = (await readResult(path('export/seen-opinions.json'))) as { images: { image: string; part: string }[] };
  // images of one reference are on one side
  const sides = new Map<number, Set<string>>();
  for (const { image, part } of seen.images) {
    const reference = Number.parseInt(image, 10) % 10;
    sides.set(reference, (sides.get(reference) ?? new Set()).add(part));
  }
  expect([...sides.values()].every(({ size }) => size === 1)).toBe(true);

  await using model = await loadModel(path('export'));
  const { score, opinion } = await model.rate(join(folder, 'images/29.png'));
  const [worst, best] = trainedOpinions!.range!;
  expect(opinion).toBeCloseTo(worst + (best - worst) * (0.5 + Math.log(score / (1 - score)) / 4), 5);

  const scored = await antonymHere(['score', '--model', 'rated', 'images/29.png'], folder);
  expect(scored.stdout).toMatch(/^\S+ {2}\S+ {2}images\/29\.png( {2}like [\w ]+)?\n$/);
  expect(scored.stderr).toMatch(/saw \d+ opinions of mos: score, then opinion/);
  await expectRefused(
    ['evaluate', 'opinion', 'mos.csv', '--model', 'rated', '--resamples', '100'],
    /\d+ of the 31 images are those that rated \(saw \d+ opinions\) was trained on or chosen by/,
    folder,
  );
  expect(existsSync(path('evaluation/mos-test/evaluation.json'))).toBe(true);
  await expectRefused(
    ['train', '--init', 'rated', ...small, '--run', 'free'],
    /rated saw opinions of mos: nothing is trained from it/,
    folder,
  );
  await expectRefused(['calibrate', '--opinion', 'mos.csv', '--model', 'rated', '--out', 'twice'], /saw opinions already/, folder);
});

test('exported again, it still says what it saw; a dry run counts crops of rated images', async () => {
  const again = await antonymHere(['export', '--run', 'rated', '--out', 'again'], folder);
  expect(again.status, again.stderr).toBe(0);
  const [own, exported] = await Promise.all(
    ['runs/rated/export/model.json', 'again/model.json'].map(async (path) => await readResult(join(folder, path))),
  );
  expect(exported.trainedOpinions).toEqual(own.trainedOpinions);
  expect(existsSync(join(folder, 'again/seen-opinions.json'))).toBe(true);
  const dry = await train(...settings, '--dry-run', '--json');
  expect(dry.status, dry.stderr).toBe(0);
  expect(JSON.parse(dry.stdout)).toMatchObject({ cropsPerStep: 4, data: expect.stringMatching(/rated images of mos to train on/) });
});

test('a run that is stopped resumes to the same results, and not with other opinions', async () => {
  const isReached = async (): Promise<boolean> => (await stepsOf(join(folder, 'runs/stopped'))) >= 2;
  expect(await stoppedHere(['train', ...settings, '--run', 'stopped'], folder, isReached)).toMatchObject({ status: 130 });
  const table = await readFile(join(folder, 'mos.csv'), 'utf8');
  await writeFile(join(folder, 'mos.csv'), table.replace('5.png,1.625', '5.png,1.75'));
  const changed = /The rated images of mos, or their opinions, are not those that the run was started with/;
  await expectRefused(['train', '--resume', 'stopped'], changed, folder);
  await writeFile(join(folder, 'mos.csv'), table);
  expect(await train('--resume', 'stopped')).toMatchObject({ status: 0 });
  expect(await resultsOf(join(folder, 'runs/stopped'))).toEqual(await resultsOf(join(folder, 'runs/rated')));
});

test.skipIf(launchers.length === 0)(
  `two processes train what one does, and say so once${unlessLaunchers}`,
  { timeout: 90_000 },
  async () => {
    const words = [program, 'train', ...settings, '--run', 'together'];
    const { code, stdout, stderr } = await launch(launchers[0]!, 2, words, { folder }).ended;
    expect(code, stderr).toBe(0);
    expect(stderr.match(/is not label-free, and says so/g)).toHaveLength(1);
    expect(stdout.match(/^On \d+ images that it did not see, SRCC/gm)).toHaveLength(1);
    const [alone, together] = await Promise.all(['rated', 'together'].map((run) => metricsOf(join(folder, 'runs', run))));
    expect(together!.map(({ kind, step }) => [kind, step])).toEqual(alone!.map(({ kind, step }) => [kind, step]));
    for (const [index, row] of alone!.entries())
      for (const name of ['loss', 'error', 'order', 'gradientNorm', 'opinionRmse'])
        if (row[name] !== undefined) expect(Number(together![index]![name]) / Number(row[name]), name).toBeCloseTo(1, 3);
  },
);

test.for<[flags: string[], message: RegExp]>([
  [['nine.csv'], /nine has 9 rated images that can be used: training needs at least 10/],
  [['nan.csv'], /nan\.csv, row 32: the opinion of 3\.png must be a number, but received NaN/],
  [['gone.csv'], /2 of the 14 rated images of gone cannot be used, for example x\.png: it is not there/],
  [['equal.csv'], /All opinions of equal are 3: nothing can be learned from them/],
  [['mos.csv', '--mos-column', 'mso'], /mos\.csv has no column "mso"\. Did you mean "mos"\?/],
  [
    ['mos.csv', '--group-by', 'refrence'],
    /mos\.csv has no column "refrence"\. Did you mean "reference"\? Say which column it is with --group-by/,
  ],
  [['mos.csv', '--head', 'prompts'], /--head is mlp for training with opinions, but received prompts/],
  [['mos.csv', '--crop', '64'], /31 of the 31 rated images of mos cannot be used, for example .*48x40 pixels are smaller than --crop 64/],
  [['none', '--split', '2'], /--split is for --opinion/],
  [['mos.csv', '--sweep-lr', '1e-4,1e-2,3'], /--sweep-lr compares runs without labels/],
])('%j is refused in one line', async ([flags, message]) => {
  await refused(flags, message);
});
