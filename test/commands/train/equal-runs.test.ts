/** Equal runs are equal bit for bit, however many workers make their pairs and wherever their options come from. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadCheckpoint } from '#antonym/runs/checkpoint.js';
import { readResult } from '../../support/files/read-result.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { digestOf, metricsOf, resultsOf } from '../run-files.js';
import { copyShortRun, settings, steps, twoDistortions } from './reference-run.js';

const folder = await temporaryFolder();
const run = (name: string, ...parts: string[]): string => join(folder, 'runs', name, ...parts);
const lastOf = (name: string): string => run(name, 'checkpoints', 'last.safetensors');
const train = (...flags: string[]) => antonymHere(['train', ...flags], folder);

let said: { readonly stdout: string; readonly stderr: string };
beforeAll(async () => {
  said = await copyShortRun(folder);
});

test('a run prints its result as one line of JSON, and names the broken photograph that it goes without', () => {
  const lines = said.stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ run: 'reference', step: steps, model: join('runs', 'reference', 'export', 'model.onnx') });
  expect(said.stderr).toMatch(/^skipped x0\.png: .*x0\.png/m);
  expect(said.stderr).toMatch(/Prepared photos: \d images to train on/);
});

test('a run has a row for every step and for every evaluation', async () => {
  const rows = (await metricsOf(run('reference'))).map(({ kind, step }) => `${kind} ${step}`);
  const expected = Array.from({ length: steps }, (_, index) => [`step ${index + 1}`]);
  for (const step of [3, 6, 8]) expected[step - 1]!.push(`evaluation ${step}`);
  expect(rows).toEqual(expected.flat());
  const [first] = await metricsOf(run('reference'));
  expect(Object.keys(first!).sort()).toEqual(
    ['kind', 'step', 'loss', 'consistency', 'positive', 'negative', 'learningRate', 'gradientNorm', 'timings'].sort(),
  );
  expect(await readdir(run('reference'))).not.toContainEqual(expect.stringMatching(/^lock|tmp$/));
});

test('the best checkpoint is that of the first best evaluation, the last one knows of it', async () => {
  const evaluations = (await metricsOf(run('reference'))).filter(({ kind }) => kind === 'evaluation');
  const highest = Math.max(...evaluations.map(({ ordered }) => ordered as number));
  const { step } = evaluations.find(({ ordered }) => ordered === highest)!;
  const best = { name: 'ordered', direction: 'higher is better', step, value: highest };
  const checkpoint = await loadCheckpoint(run('reference', 'checkpoints', 'best.safetensors'));
  expect(checkpoint.step).toBe(step);
  expect(JSON.parse(checkpoint.metadata.best!)).toEqual(best);
  expect(JSON.parse((await loadCheckpoint(lastOf('reference'))).metadata.best!)).toEqual(best);
  expect((await readResult(run('reference', 'export', 'model.json'))).training.step).toBe(step);
});

test('four workers, and options from a file, make the same run as one worker and flags', async () => {
  const options = {
    data: 'photos',
    batchSize: 2,
    crop: 32,
    heldOut: 1,
    levels: 9,
    steps,
    evaluateEvery: 3,
    workers: 4,
    degradations: 'off',
  };
  await writeFile(join(folder, 'options.json'), JSON.stringify(options));
  expect(await train('--config', 'options.json', '--levels', '2', ...twoDistortions, '--run', 'four')).toMatchObject({ status: 0 });
  expect(await resultsOf(run('four'))).toEqual(await resultsOf(run('reference')));
  const { origins, ...values } = await readResult(run('four', 'config.json'));
  expect(values).toMatchObject({ ...options, levels: 2, seed: 1, backbone: 'clip-tiny' });
  expect(origins).toMatchObject({ workers: 'file', levels: 'flag', seed: 'default' });
});

test('another seed makes another run', async () => {
  expect(await train(...settings, '--seed', '2', '--run', 'seed-2')).toMatchObject({ status: 0 });
  const [first, other] = [await resultsOf(run('reference')), await resultsOf(run('seed-2'))];
  for (const key of Object.keys(first)) expect(other[key], key).not.toEqual(first[key]);
});

test('a moving average of the weights changes what is scored with, not the training', async () => {
  const { status, stdout } = await train(...settings, '--ema', '0.9', '--run', 'average');
  expect(status).toBe(0);
  expect(stdout).toContain(`npm run train -- --config ${join('runs', 'average', 'config.json')} --steps ${steps * 4} `);
  expect(stdout).toContain('npm run train -- --backbone clip-rn50 --data photos ');
  expect(stdout).not.toContain('train on your own');
  const [own, reference] = [await loadCheckpoint(lastOf('average')), await loadCheckpoint(lastOf('reference'))];
  for (const [name, { data }] of reference.tensors) expect(sameBits(own.tensors.get(name)!.data, data), name).toBe(true);
  for (const name of ['visual.conv1.weight', 'visual.bn1.running_mean']) {
    expect(sameBits(own.tensors.get(`average.${name}`)!.data, own.tensors.get(name)!.data)).toBe(false);
  }
  const model = ['export', 'model.onnx'];
  expect(await digestOf(run('average', ...model))).not.toBe(await digestOf(run('reference', ...model)));
});

function sameBits(...tensors: readonly [ArrayBufferView, ArrayBufferView]): boolean {
  const [a, b] = tensors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength));
  return a!.equals(b!);
}

test('whoever trained on rendered images of another name is told how to train on photographs', async () => {
  const tiny = { kind: 'procedural', description: 'small ones', licence: 'MIT', count: 6, width: 96, height: 64 };
  await writeFile(join(folder, 'datasets.json'), JSON.stringify({ datasets: { tiny } }));
  const { status, stdout } = await train(...settings, '--data', 'tiny', '--run', 'rendered');
  expect(status).toBe(0);
  expect(stdout).toMatch(/npm run train -- --data FOLDER +train on your own pristine photographs/);
  expect(stdout).toContain('npm run train -- --backbone clip-rn50 --data FOLDER ');
});
