/** Calibration by the real command, on rendered images with invented ratings. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseModelDescription } from '#antonym/export/model-description.js';
import { loadModel } from '#antonym/score/load-model.js';
import { mapped } from '#antonym/statistics/monotonic-map.js';
import { saveBrightnessModel } from '../score/brightness-model.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { antonym } from './antonym.js';
import { antonymHere } from './antonym-here.js';
import { expectRefused } from './expect-refused.js';

const folder = await temporaryFolder();
const run = (...args: string[]) => antonymHere(args, folder);
const rating = (index: number): number => 1 + index / 6 + (index % 4) / 5;

beforeAll(async () => {
  await mkdir(join(folder, 'images'));
  const rows = [];
  for (let index = 0; index < 24; index++) {
    const data = new Uint8Array(100 * 80 * 3).fill(10 + 10 * index);
    await sharp(data, { raw: { width: 100, height: 80, channels: 3 } }).toFile(join(folder, 'images', `${index}.png`));
    rows.push(`${index}.png,${rating(index)}`);
  }
  const table = (lines: readonly string[]): string => `image,mos\n${lines.join('\n')}\n`;
  await writeFile(join(folder, 'mos.csv'), table(rows));
  await writeFile(join(folder, 'twelve.csv'), table(rows.slice(0, 12)));
  await writeFile(join(folder, 'nine.csv'), table(rows.slice(0, 9)));
  await writeFile(join(folder, 'nan.csv'), table([...rows, '3.png,NaN']));
  await writeFile(join(folder, 'gone.csv'), table([...rows.slice(0, 12), 'x.png,3', 'y.png,4']));
  await writeFile(join(folder, 'falling.csv'), table(rows.map((_, index) => `${index}.png,${9 - rating(index)}`)));
  await saveBrightnessModel(join(folder, 'base'));
  const { status, stderr } = await antonym(['calibrate', '--opinion', 'mos.csv', '--model', 'base', '--out', 'mine'], folder);
  expect(status, stderr).toBe(0);
}, 60_000);

describe('calibrate', () => {
  test('writes a model that says it saw opinions, and gives them', async () => {
    const description = parseModelDescription(await readFile(join(folder, 'mine/model.json'), 'utf8'), 'model.json');
    expect(description.method).toMatch(/^calibrated with 24 opinions of /);
    expect(description.opinion).toMatchObject({ images: 24, direction: 'higher is better' });
    expect(description.opinion!.leaveOneOut.rmse).toBeLessThan(0.4);
    expect(await readFile(join(folder, 'mine/MODEL_CARD.md'), 'utf8')).toMatch(
      /# .*calibrated with 24 opinions\n\n\*\*This model saw opinions/,
    );
    await using model = await loadModel(join(folder, 'mine'));
    // 8000 pixels are two tiles of this model
    const { score, opinion } = await model.rate(join(folder, 'images/12.png'));
    expect(score).toBeCloseTo(130 / 255, 5);
    expect(opinion).toBe(mapped(description.opinion!.map, score));
    expect(Math.abs(opinion - rating(12))).toBeLessThan(0.6);
    await using base = await loadModel(join(folder, 'base'));
    expect(await base.score(join(folder, 'images/12.png'))).toBe(score);
    await expect(base.rate(join(folder, 'images/12.png'))).rejects.toThrow(/label-free/);
  });

  test('score prints score, then opinion', async () => {
    const { stdout, stderr } = await run('score', 'images/3.png', '--model', 'mine');
    expect(stdout).toMatch(/^0\.1569 {2}\d\.\d+ {2}images\/3\.png\n$/);
    expect(stderr).toMatch(/saw 24 opinions/);
    const row = JSON.parse((await run('score', 'images/3.png', '--model', 'mine', '--json')).stdout);
    expect(Object.keys(row)).toEqual(['image', 'score', 'opinion']);
  });

  test('a list of its ratings that is damaged, or of another calibration, is refused; without it the model scores', async () => {
    await cp(join(folder, 'mine'), join(folder, 'damaged'), { recursive: true });
    const path = join(folder, 'damaged/calibration.json');
    const whole = await readFile(path, 'utf8');
    const score = ['score', 'images/3.png', '--model', 'damaged'];
    await writeFile(path, whole.replace('0.', '1.'));
    await expectRefused(score, /calibration\.json is not the file that .*model\.json describes: its SHA-256 is/, folder);
    await writeFile(path, whole.slice(0, -1));
    await expectRefused(score, /calibration\.json is not the file that .*model\.json describes: it has another size/, folder);
    await rm(path);
    expect((await run(...score)).stderr).not.toMatch(/calibration\.json|MODEL_CARD/);
    await writeFile(
      join(folder, 'damaged/MODEL_CARD.md'),
      (await readFile(join(folder, 'damaged/MODEL_CARD.md'), 'utf8')).replace('opinions', 'opimions'),
    );
    const { status, stderr } = await run(...score);
    expect(status).toBe(0);
    expect(stderr).toMatch(/note: .*MODEL_CARD\.md was changed after it was written: it is damaged, or was edited/);
  });

  test('a model is not measured on the images of its calibration, but on others', async () => {
    const evaluate = ['evaluate', 'opinion', 'mos.csv', '--resamples', '100', '--model', 'mine'];
    await expectRefused([...evaluate], /24 of the 24 images are those that mine \(saw 24 opinions\) was calibrated on/, folder);
    const { status, stdout, stderr } = await run('calibrate', '--opinion', 'twelve.csv', '--model', 'base', '--out', 'twelve', '--json');
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/12 ratings are few/);
    expect(JSON.parse(stdout)).toMatchObject({ images: 12, folder: 'twelve' });
    await writeFile(
      join(folder, 'rest.csv'),
      `image,mos\n${[13, 15, 18, 22].map((index) => `${index}.png,${rating(index)}`).join('\n')}\n`,
    );
    const others = await run('evaluate', 'opinion', 'rest.csv', '--resamples', '100', '--model', 'twelve');
    expect(others.status, others.stderr).toBe(0);
    expect(others.stdout).toMatch(/twelve \(saw 12 opinions\)/);
    await cp(join(folder, 'twelve'), join(folder, 'bare'), { recursive: true });
    await rm(join(folder, 'bare/calibration.json'));
    await expectRefused([...evaluate.slice(0, -1), 'bare'], /calibration\.json cannot be read/, folder);
  });

  test.each([
    ['nine.csv', /9 rated images are too few/],
    ['nan.csv', /row 26: the opinion of 3\.png must be a number/],
    ['gone.csv', /2 of the 14 images that have an opinion are not there.*x\.png/],
    ['falling.csv', /do not rise with the score.*--direction lower/],
  ])('%s is refused', async (table, message) => {
    await expectRefused(['calibrate', '--opinion', table, '--model', 'base', '--out', 'refused'], message, folder);
  });

  test('a calibrated model, an unknown column and a taken folder are refused', async () => {
    const given = ['calibrate', '--opinion', 'mos.csv', '--out', 'refused', '--model'];
    await expectRefused([...given, 'mine'], /is calibrated already/, folder);
    await expectRefused([...given, 'base', '--mos-column', 'rating'], /has no column "rating"/, folder);
    await expectRefused([...given.slice(0, 3), '--out', 'mine', '--model', 'base'], /already exists/, folder);
  });
});
