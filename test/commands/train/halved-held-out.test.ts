/** The held-out photographs that choose a checkpoint are not those that are reported, by the real commands. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { readResult } from '../../support/files/read-result.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { metricsOf } from '../run-files.js';

const folder = await temporaryFolder();
const run = (...parts: string[]): string => join(folder, 'runs', ...parts);
const data = [
  '--data',
  'photos',
  '--crop',
  '32',
  '--levels',
  '2',
  '--held-out',
  '4',
  '--distortion',
  'jpeg,white-noise',
  '--seed',
  '2',
  '--sampling',
  'weighted',
];
const settings = ['--batch-size', '2', '--steps', '2', '--evaluate-every', '2', '--workers', '1', '--degradations', 'off'];
const train = (...flags: string[]) => antonymHere(['train', ...flags, ...settings], folder);
const evaluated = async (name: string): Promise<{ ordered: number; srcc: number }> =>
  (await metricsOf(run(name))).find(({ kind }) => kind === 'evaluation') as never;
const described = (name: string) => readResult(run(name, 'export', 'model.json'));

let said = '';
beforeAll(async () => {
  await writePhotographs(join(folder, 'photos'), 12, 1);
  const { stdout, stderr } = await train(...data, '--run', 'halved');
  said = stdout + stderr;
  await train(...data, '--run', 'whole', '--choose-on', 'all');
});

test('one half chooses, the other is reported: together they are all', async () => {
  const [chose, reported, all] = [await evaluated('halved'), (await described('halved')).evaluation, await evaluated('whole')];
  // as many crops in each half, and equal training
  expect((chose.ordered + reported.ordered) / 2).toBeCloseTo(all.ordered, 12);
  expect((chose.srcc + reported.srcc) / 2).toBeCloseTo(all.srcc, 12);
  expect(reported.srcc).not.toBe(chose.srcc);
  expect((await described('whole')).evaluation.srcc).toBeCloseTo(all.srcc, 6);
});

test('summary, description, card, report and the list of images say so', async () => {
  expect(said).toContain('9 images to train on, 4 held out (2 to choose the checkpoint, 2 to report)');
  expect(said).toContain('on 2 images of photos that training never saw and that chose no checkpoint');
  expect((await described('halved')).data).toMatchObject({ images: 13, heldOut: 2, choosing: 2 });
  expect((await described('whole')).data).not.toHaveProperty('choosing');
  expect(await readFile(run('halved', 'export', 'MODEL_CARD.md'), 'utf8')).toContain('2 other photographs chose the checkpoint');
  expect(await readFile(run('whole', 'export', 'MODEL_CARD.md'), 'utf8')).toContain('chosen among evaluations on these crops');
  expect(await readFile(run('halved', 'report.html'), 'utf8')).toContain('those of 2 other photographs chose the step');
  const { images } = await readResult(run('halved', 'images.json'));
  const chooses = images.filter((image: { chooses?: true }) => image.chooses);
  expect(chooses.map(({ set }: { set: string }) => set)).toEqual(['held-out', 'held-out']);
  const shown = (await readResult(run('halved', 'held-out', 'scores.json'))).highest.map(({ image }: { image: string }) => image);
  for (const { id } of chooses) expect(shown).not.toContain(id);
});

test('exporting again, and training on shards of the same images, report the same', async () => {
  const { evaluation, scale } = await described('halved');
  await antonymHere(['export', '--run', 'halved', '--out', 'again', '--degradations', 'off'], folder);
  expect(await readResult(join(folder, 'again', 'model.json'))).toMatchObject({ evaluation, scale, data: { heldOut: 2, choosing: 2 } });
  await antonymHere(['degrade', 'shards', ...data, '--count', '4', '--out', 'pairs'], folder);
  await train('--pairs', 'pairs', '--run', 'stored');
  expect(await described('stored')).toMatchObject({ evaluation, scale, data: { heldOut: 2, choosing: 2 } });
});
