/** Evaluation by the real command; the model was never trained. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { parseEvaluation } from '#antonym/evaluate/evaluation.js';
import { parseSensitivity } from '#antonym/evaluate/sensitivity.js';
import { rendered } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonym } from '../antonym.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { writeRandomModel } from '../random-model.js';

const folder = await temporaryFolder();
const evaluate = (...args: string[]) => antonymHere(['evaluate', ...args], folder);
const refused = (args: readonly string[], message: RegExp) => expectRefused(['evaluate', ...args], message, folder);
const blurs = [0.5, 1, 2, 4, 0, 6];

beforeAll(async () => {
  await mkdir(join(folder, 'mine', 'images'), { recursive: true });
  const rows = ['name,quality,dmos'];
  for (const [index, blur] of blurs.entries()) {
    const { data, width, height } = renderProcedural(rendered(index));
    const pipeline = sharp(data, { raw: { width, height, channels: 3 } });
    await (blur === 0 ? pipeline : pipeline.blur(blur)).png().toFile(join(folder, 'mine', 'images', `${index}.png`));
    rows.push(`${index}.png,${10 - blur},${blur}`);
  }
  await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } }).toFile(join(folder, 'mine', 'images', 'small.png'));
  await sharp({ create: { width: 40, height: 40, channels: 3, background: 'red' } }).toFile(join(folder, 'mine', 'images', 'unrated.png'));
  rows.push('small.png,5,5', 'gone.png,5,5');
  await writeFile(join(folder, 'mine', 'opinions.csv'), `${rows.join('\n')}\n`);
  await writeRandomModel(join(folder, 'runs', 'model', 'export'));
  await writeRandomModel(join(folder, 'copy'));
});

const columns = ['--image-column', 'name', '--resamples', '100', '--allow-missing'];
const opinions = ['--opinion', 'mine/opinions.csv', ...columns, '--mos-column'];

describe('evaluate --opinion', () => {
  test('states agreement beside the baseline, and writes all into the run', async () => {
    const words = ['evaluate', ...opinions, 'quality', '--model', 'model', '--json'];
    const { status, stdout, stderr } = await antonym(words, folder);
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/not there: 1 image that has an opinion \(gone\.png\)/);
    expect(stderr).toMatch(/left out: 1 image without an opinion \(unrated\.png\)/);
    expect(stderr).toMatch(/left out: small\.png: 20x20 pixels are too small/);
    const written = join(folder, 'runs', 'model', 'evaluation', 'mine');
    const text = await readFile(join(written, 'evaluation.json'), 'utf8');
    const { opinion, measures, comparisons, files } = parseEvaluation(text, 'evaluation.json');
    expect(JSON.parse(stdout)).toMatchObject({ opinion, comparisons });
    expect(opinion).toMatchObject({ name: 'mine', images: 6, missing: ['gone.png'], withoutOpinion: ['unrated.png'] });
    expect(measures.map(({ name, kind, run }) => ({ name, kind, run }))).toEqual([
      { name: 'model', kind: 'model', run: 'model' },
      { name: 'log variance of Laplacian', kind: 'baseline', run: undefined },
    ]);
    // blur lowers the variance of the Laplacian of these images in order
    expect(measures[1]!.srcc.value).toBeGreaterThan(0.8);
    for (const { srcc, krcc, plcc, rmse } of measures) {
      for (const { value, low, high } of [srcc, krcc, plcc, rmse]) expect(low! <= value! + 1e-9 && high! >= low!).toBe(true);
    }
    expect(comparisons).toHaveLength(1);
    expect((await readFile(join(written, files.scores), 'utf8')).split('\n')[0]).toBe('image,opinion,model,log variance of Laplacian');
    const names = [files.scores, 'evaluation.json', ...measures.flatMap((measure) => Object.values(measure.files))];
    expect((await readdir(written)).sort()).toEqual([...names].sort());
    for (const { files: pictures } of measures) {
      expect((await sharp(join(written, pictures.scatterPng)).metadata()).width).toBeGreaterThan(400);
      expect((await sharp(join(written, pictures.misjudgedPng)).metadata()).width).toBeGreaterThan(400);
    }
  });

  test('turns opinions of which lower is better, measures anew, and compares models in one folder', async () => {
    const model = join(folder, 'runs', 'model', 'export', 'model.onnx');
    const again = await evaluate(...opinions, 'quality', '--model', 'model', '--json');
    const turned = await evaluate(...opinions, 'dmos', '--direction', 'lower', '--model', 'model', '--json');
    const [higher, lower] = [again, turned].map(({ stdout }) => JSON.parse(stdout).measures[0]);
    expect(lower.srcc).toEqual(higher.srcc);
    expect(lower.rmse.value).toBeCloseTo(higher.rmse.value, 6);
    const out = ['--out', 'both', '--model', 'runs/model/export/model.onnx', 'both.onnx'];
    await refused([...opinions, 'quality', ...out], /Cannot read the model both\.onnx: it does not exist\.$/);
    const { status, stdout, stderr } = await evaluate(...opinions, 'quality', '--out', 'both', '--model', model, 'copy');
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^mine: 6 images, higher is better; 95 % intervals from 100 resamples\n\n +SRCC +KRCC +PLCC +RMSE\n/);
    expect(stdout).toMatch(/^copy +-?\d\.\d{3} \[/m);
    expect(stdout).toMatch(/^log variance of Laplacian +\d\.\d{2,3} \[/m);
    expect(stdout).toMatch(/^model - copy +0\.000 \[0\.000, 0\.000\] +1\.00$/m);
    expect(stdout.match(/ - log variance of Laplacian/g)).toHaveLength(2);
    await refused([...opinions, 'quality', '--out', 'both', '--model', 'copy'], /both already exists and is not empty/);
  });

  test.each<[string, string[], RegExp]>([
    ['nothing to measure', [], /Say whose opinions: evaluate opinion NAME of a benchmark, or FILE\.csv .*; or use evaluate sensitivity\.$/],
    ['an unknown benchmark', ['--opinion', 'cilve'], /There is no benchmark and no file named "cilve"\. Did you mean "clive"\?$/],
    ['an unknown second word', ['sensitivty'], /There is no command "evaluate sensitivty"\. Did you mean "sensitivity"\?$/],
    ['a benchmark that is not there', ['--opinion', 'clive'], /The benchmark clive is not in .*: download it from https:/],
    ['columns of a benchmark', ['--opinion', 'clive', '--mos-column', 'mos'], /datasets\.json says which columns clive has: leave out/],
    ['no such file', ['--opinion', 'nowhere.csv'], /Cannot read the opinions nowhere\.csv: it does not exist\.$/],
    [
      'an unknown column',
      ['--opinion', 'mine/opinions.csv', '--image-column', 'name'],
      /has no column "mos".* Say which column it is with --mos-column/,
    ],
    ['both kinds', ['--opinion', 'clive', '--sensitivity'], /--sensitivity cannot be used with --opinion/],
    [
      'levels of opinions',
      ['--opinion', 'clive', '--levels', '3'],
      /--levels cannot be used with evaluate opinion: it is an option of evaluate sensitivity\.$/,
    ],
  ])('%s is one line', async (_, args, message) => {
    await refused(args, message);
  });
});

describe('evaluate --sensitivity', () => {
  test('follows every distortion, and writes figures and a chart into the run', async () => {
    await mkdir(join(folder, 'pristine'));
    for (const index of [1, 2]) {
      const { data, width, height } = renderProcedural(rendered(index, 64, 56));
      await sharp(data, { raw: { width, height, channels: 3 } }).toFile(join(folder, 'pristine', `${index}.png`));
    }
    const few = ['--data', 'pristine', '--levels', '2', '--distortion', 'gaussian-blur,compression', '--crop', '32'];
    const { status, stdout, stderr } = await evaluate('--sensitivity', '--model', 'model', ...few, '--json');
    expect(status, stderr).toBe(0);
    const written = join(folder, 'runs', 'model', 'sensitivity', 'pristine');
    const result = parseSensitivity(await readFile(join(written, 'sensitivity.json'), 'utf8'), 'sensitivity.json');
    const { files, ...measured } = result;
    expect(JSON.parse(stdout)).toEqual(measured);
    const [{ distortions, srcc, ordered }] = result.measures as [(typeof result.measures)[number]];
    expect(distortions.map(({ name, group }) => [name, group])).toEqual([
      ['gaussian-blur', 'blur'],
      ['jpeg2000', 'compression'],
      ['jpeg', 'compression'],
    ]);
    expect(srcc).toBeCloseTo(
      distortions.reduce((sum, distortion) => sum + distortion.srcc! / 3, 0),
      12,
    );
    expect(ordered).toBeCloseTo(
      distortions.reduce((sum, distortion) => sum + distortion.ordered! / 3, 0),
      12,
    );
    for (const { levels } of distortions) {
      expect(levels.map(({ level }) => level)).toEqual([0, 1, 2]);
      // pristine is the same for all
      expect(levels[0]).toEqual(distortions[0]!.levels[0]);
      for (const { mean, p25, p75 } of levels) expect(p25 <= mean && mean <= p75).toBe(true);
    }
    expect((await readdir(written)).sort()).toEqual(['sensitivity.json', ...Object.values(files)].sort());
    const svg = await readFile(join(written, files.chartSvg), 'utf8');
    for (const text of ['gaussian-blur', 'jpeg2000', 'compression', '2 images of pristine']) expect(svg).toContain(text);
    expect((await evaluate('--sensitivity', '--model', 'model', ...few)).stdout).toMatch(/^all +-?\d\.\d{3} +\d\.\d{3} +(-|-?\d\.\d{3})$/m);
  });
});
