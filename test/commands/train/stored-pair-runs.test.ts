/** Training on pairs that were made before, by the real commands. */

import { existsSync } from 'node:fs';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadCheckpoint } from '#antonym/runs/checkpoint.js';
import { sha256Of } from '#antonym/support/sha256.js';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { readResult } from '../../support/files/read-result.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { digestOf, metricsOf, resultsOf, stepsOf } from '../run-files.js';
import { startAntonym } from '../running-antonym.js';
import { smallEncoder, twoDistortions } from './reference-run.js';

const folder = await temporaryFolder();
const run = (...parts: string[]): string => join(folder, 'runs', ...parts);

const data = [
  '--data',
  'photos',
  ...twoDistortions,
  '--crop',
  '32',
  '--levels',
  '2',
  '--held-out',
  '1',
  '--seed',
  '3',
  '--sampling',
  'weighted',
];
const settings = ['--batch-size', '2', '--steps', '8', '--evaluate-every', '4', '--workers', '1', ...smallEncoder];
const train = (...flags: string[]) => antonymHere(['train', ...flags], folder);
const refused = (flags: readonly string[], message: RegExp) => expectRefused(['train', ...flags], message, folder);

beforeAll(async () => {
  await writePhotographs(join(folder, 'photos'), 6, 1);
  const make = ['degrade', '--format', 'tar', '--shard-size', '1', ...data];
  await antonymHere([...make, '--count', '16', '--out', 'all'], folder);
  await antonymHere([...make, '--count', '7', '--out', 'few'], folder);
  await train(...data, ...settings, '--run', 'reference', '--degradations', 'off');
  // Nothing but the shards is needed.
  await rename(join(folder, 'photos'), join(folder, 'elsewhere'));
});

test('from shards, training sees what it would have made itself: losses, weights and the exported model are equal bit for bit', async () => {
  const { status, stderr } = await train('--pairs', 'all', ...settings, '--run', 'stored', '--degradations', 'off');
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('Prepared photos: 16 pairs to train on, 2 held out');
  // Checkpoints name the data that they belong to, which is not the same.
  const comparable = async (name: string) => {
    const { 'checkpoints/last.safetensors': _, 'checkpoints/best.safetensors': __, ...results } = await resultsOf(run(name));
    const { tensors } = await loadCheckpoint(run(name, 'checkpoints', 'last.safetensors'));
    return {
      ...results,
      tensors: [...tensors].map(([tensor, { data }]) => [tensor, sha256Of(Buffer.from(data.buffer, data.byteOffset, data.byteLength))]),
    };
  };
  expect(await comparable('stored')).toEqual(await comparable('reference'));
  const { origins, ...config } = await readResult(run('stored', 'config.json'));
  expect(config).toMatchObject({
    pairs: 'all',
    pairsSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    data: 'photos',
    crop: 32,
    seed: 3,
    sampling: 'weighted',
  });
  expect(origins).toMatchObject({ pairs: 'flag', pairsSha256: 'implied', crop: 'implied', seed: 'implied', lr: 'preset' });
});

describe('fewer pairs than steps', () => {
  test('are visited again; killed then, the run resumes to the same results', async () => {
    const { status, stderr } = await train('--pairs', 'few', ...settings, '--run', 'few');
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('7 pairs to train on, each 2.3 times, 2 held out');
    // without photographs the thresholds are those that ship
    const { degradations } = await readResult(run('few', 'export', 'model.json'));
    expect(degradations).toMatchObject({ output: 'degradations', thresholds: expect.any(Array) });
    expect(degradations).not.toHaveProperty('own');
    const losses = async (name: string) => (await metricsOf(run(name))).flatMap(({ kind, loss }) => (kind === 'step' ? [loss] : []));
    expect((await losses('few')).slice(0, 3)).toEqual((await losses('reference')).slice(0, 3));
    expect((await losses('few'))[3]).not.toEqual((await losses('reference'))[3]);

    const killed = startAntonym(['train', '--pairs', 'few', ...settings, '--run', 'killed'], folder);
    await killed.until(async () => existsSync(run('killed', 'checkpoints', 'last.safetensors')) && (await stepsOf(run('killed'))) >= 5);
    killed.kill('SIGKILL');
    await killed.ended;
    expect(await train('--resume', 'killed')).toMatchObject({ status: 0 });
    expect(await resultsOf(run('killed'))).toEqual(await resultsOf(run('few')));
  });
});

test('a model is exported again from the shards', async () => {
  await rename(run('stored', 'export'), run('stored', 'before'));
  expect(await antonymHere(['export', '--run', 'stored'], folder)).toMatchObject({ status: 0 });
  expect(await digestOf(run('stored', 'export', 'model.onnx'))).toBe(await digestOf(run('stored', 'before', 'model.onnx')));
});

test('what does not fit is one clear line', async () => {
  const cases: [string[], RegExp][] = [
    [['--pairs', 'all', '--levels', '3'], /--levels is 2 for the pairs in all, but received 3\. Leave it out/],
    [['--pairs', 'all', '--data', 'procedural'], /--data is photos for the pairs in all, but received procedural/],
    [['--pairs', 'nowhere'], /There are no shards in nowhere/],
    [['--pairs', 'all', '--pairs-sha256', 'abc'], /The pairs in all are not those .* --pairs-sha256 [0-9a-f]{64}, not abc/],
  ];
  for (const [flags, message] of cases) await refused(flags, message);

  await cp(join(folder, 'all'), join(folder, 'damaged'), { recursive: true });
  const shard = join(folder, 'damaged', 'pairs-000000.tar');
  const content = await readFile(shard);
  content[2000]! ^= 1;
  await writeFile(shard, content);
  const short = ['--steps', '1', '--batch-size', '2', '--workers', '1', ...smallEncoder];
  await refused(
    ['--pairs', 'damaged', ...short, '--run', 'damaged'],
    /damaged\/pairs-000000\.tar is damaged: its pair 000000 cannot be used: its content/,
  );
  // repaired, the run resumes; with other pairs it does not
  content[2000]! ^= 1;
  await writeFile(shard, content);
  expect(await train('--resume', 'damaged')).toMatchObject({ status: 0 });
  expect((await metricsOf(run('damaged')))[0]!.gradientNorm).toEqual((await metricsOf(run('reference')))[0]!.gradientNorm);
  await rm(join(folder, 'damaged'), { recursive: true });
  await cp(join(folder, 'few'), join(folder, 'damaged'), { recursive: true });
  await refused(['--resume', 'damaged'], /The pairs in damaged are not those that the run was started with/);
});
