/** An evaluation in parts, as tasks of an array of jobs make it, is that of the whole. */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import tar from 'tar-stream';
import { beforeAll, expect, test } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { parseEvaluation } from '#antonym/evaluate/evaluation.js';
import { rendered } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { writeRandomModel } from '../random-model.js';

const folder = await temporaryFolder();
const names = [0.5, 1, 2, 4, 0, 6].map((blur, index) => ({ blur, name: `${index}.png` }));
const words = (text: string): string[] =>
  `evaluate opinion mine/opinions.csv --resamples 100 --allow-missing --model runs/model copy ${text}`.split(' ');
const evaluate = (text: string) => antonymHere(words(text), folder);
const refused = (text: string, message: RegExp) => expectRefused(words(text), message, folder);

beforeAll(async () => {
  await mkdir(join(folder, 'mine', 'images'), { recursive: true });
  const image = (name: string): string => join(folder, 'mine', 'images', name);
  for (const [index, { blur, name }] of names.entries()) {
    const { data, width, height } = renderProcedural(rendered(index));
    const picture = sharp(data, { raw: { width, height, channels: 3 } });
    await (blur === 0 ? picture : picture.blur(blur)).png().toFile(image(name));
  }
  await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } }).toFile(image('small.png'));
  await sharp({ create: { width: 40, height: 40, channels: 3, background: 'red' } }).toFile(image('unrated.png'));
  const rows = names.map(({ blur, name }) => `${name},${10 - blur}`);
  await writeFile(join(folder, 'mine', 'opinions.csv'), ['image,mos', ...rows, 'small.png,5', 'gone.png,5', ''].join('\n'));
  // another order than that of the opinions
  const listed = (await readdir(join(folder, 'mine', 'images'))).sort().reverse();
  await writeFile(join(folder, 'list.txt'), listed.map((name) => `mine/images/${name}\n`).join(''));
  await writeFile(join(folder, 'twice.txt'), [...listed, '3.png'].map((name) => `mine/images/${name}\n`).join(''));
  const pack = tar.pack();
  for (const name of listed) pack.entry({ name }, await readFile(image(name)));
  pack.finalize();
  await pipeline(pack, createWriteStream(join(folder, 'shard.tar')));
  await writeFile(join(folder, 'archives.txt'), 'shard.tar\n');
  await writeRandomModel(join(folder, 'runs', 'model', 'export'));
  await writeRandomModel(join(folder, 'copy'));
});

test('parts of a list merge to the files of the evaluation of the whole; none may be missing', async () => {
  const whole = await evaluate('--out whole');
  expect(await evaluate('--list list.txt --shard 2/3 --out parts')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^parts\/scores-2-of-3\.jsonl: \d images, \d of them unreadable\n$/),
  });
  await evaluate('--list list.txt --shard 1/3 --out parts');
  expect(await evaluate('--out parts --status')).toMatchObject({
    status: 2,
    stdout: expect.stringMatching(/^missing: 3\nagain: {3}--array=3$/m),
  });
  await refused('--out parts --merge', /parts lacks 1 of 3 parts: 3\. Score them first; --status lists them\.$/);
  await evaluate('--list list.txt --shard 3/3 --out parts');
  const { stdout } = await evaluate('--out parts --merge');
  expect(stdout).toBe(whole.stdout);
  const [one, other] = await Promise.all(['whole', 'parts/evaluation'].map((path) => readdir(join(folder, path))));
  expect(other).toEqual(one);
  for (const name of one!)
    expect(await readFile(join(folder, 'parts', 'evaluation', name)), name).toEqual(await readFile(join(folder, 'whole', name)));
});

test('images in an archive have the scores of their files', async () => {
  await evaluate('--list archives.txt --out archive');
  await evaluate('--out archive --merge');
  const [one, other] = await Promise.all(
    ['whole', 'archive/evaluation'].map(async (path) =>
      parseEvaluation(await readFile(join(folder, path, 'evaluation.json'), 'utf8'), path),
    ),
  );
  expect(other!.measures).toEqual(one!.measures);
  expect(other!.opinion).toEqual({
    ...one!.opinion,
    withoutOpinion: ['shard.tar/unrated.png'],
    unusable: one!.opinion.unusable.map((image) => ({ ...image, reason: expect.stringContaining('20x20 pixels are too small') })),
  });
});

test('another model, an image that is listed twice, and parts of score are refused', async () => {
  const one = ['evaluate', 'opinion', 'mine/opinions.csv', '--allow-missing', '--model', 'copy', '--out', 'parts'];
  await expectRefused([...one, '--list', 'list.txt', '--shard', '1/3'], /scores-1-of-3\.jsonl was begun with another model/, folder);
  await expectRefused([...one, '--merge'], /The parts in parts were made with another --model: give the same to merge them\.$/, folder);
  await evaluate('--list twice.txt --out double');
  await refused(
    '--out double --merge',
    /The list names mine\/images\/3\.png twice: remove one, and score the parts again in another --out\.$/,
  );
  await expectRefused(
    ['score', '--out', 'parts', '--merge'],
    /scores-1-of-3\.jsonl was written by evaluate opinion: use that command\.$/,
    folder,
  );
  await writeFile(join(folder, 'double', 'scores-1-of-1.jsonl'), await readFile(join(folder, 'parts', 'scores-1-of-3.jsonl')));
  await refused('--out double --status', /scores-1-of-1\.jsonl is misnamed: it is part 1 of 3\. Remove it, and score its part again\.$/);
  await refused('--shard 1/2 --merge --out parts', /--shard is for --list: leave it out\.$/);
  await refused('--list list.txt --merge --out parts', /--list and --merge cannot be combined: the parts in --out know their list\.$/);
  await refused('--list list.txt', /--list, --shard, --status and --merge need --out, the folder of the scores\.$/);
});
