/** Training that starts from weights of others: of another run, and of published files. */
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Checkpoint, loadCheckpoint } from '#antonym/runs/checkpoint.js';
import { folderOfPhotographs } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { antonym } from './antonym.js';
import { expectOneLine } from './expect-one-line.js';
import { digestOf } from './run-files.js';

const folder = await temporaryFolder();
const run = (name: string, ...parts: string[]): string => join(folder, 'runs', name, ...parts);
const bestOf = (name: string): string => run(name, 'checkpoints', 'best.safetensors');
const settings = ['--data', 'photos', '--batch-size', '2', '--crop', '32', '--held-out', '1', '--levels', '2', '--workers', '1'];
const train = (...flags: string[]) => antonym(['train', ...settings, ...flags], folder);

function largestDifference(a: Checkpoint, b: Checkpoint, name: string): number {
  const other = b.tensors.get(name)!.data;
  let largest = 0;
  for (const [index, value] of a.tensors.get(name)!.data.entries())
    largest = Math.max(largest, Math.abs(Number(value) - Number(other[index])));
  return largest;
}

beforeAll(async () => {
  const { folder: photographs } = await folderOfPhotographs(4);
  await cp(photographs, join(folder, 'photos'), { recursive: true });
  await rm(photographs, { recursive: true });
  expect(await train('--steps', '3', '--run', 'first')).toMatchObject({ status: 0 });
});

test('a run starts where another was best, prompts included; from its file too, which is not needed afterwards', async () => {
  // a learning rate that moves nothing by more than rounding
  const flags = ['--steps', '1', '--warmup-steps', '0', '--lr', '1e-12', '--seed', '2'];
  const { status, stderr } = await train(...flags, '--init', 'first', '--run', 'by-name');
  expect(status, stderr).toBe(0);
  const [first, second] = [await loadCheckpoint(bestOf('first')), await loadCheckpoint(bestOf('by-name'))];
  for (const name of first.tensors.keys()) {
    if (!/^moment|running_/.test(name)) expect(largestDifference(second, first, name), name).toBeLessThan(1e-10);
  }
  const moment = 'moment1.visual.conv1.weight';
  expect(largestDifference(second, first, moment)).toBeGreaterThan(1e-6);
  expect(JSON.parse(await readFile(run('by-name', 'config.json'), 'utf8'))).toMatchObject({ weights: 'run:first', prompts: 'auto' });

  await cp(bestOf('first'), join(folder, 'weights.safetensors'));
  expect(await train(...flags, '--weights', 'weights.safetensors', '--run', 'by-file')).toMatchObject({ status: 0 });
  await rm(join(folder, 'weights.safetensors'));
  for (const file of [
    ['checkpoints', 'last.safetensors'],
    ['export', 'model.onnx'],
  ]) {
    expect(await digestOf(run('by-file', ...file))).toBe(await digestOf(run('by-name', ...file)));
  }
  expect(JSON.parse(await readFile(run('by-file', 'export', 'model.json'), 'utf8')).prompts).toBe(
    '7 pairs of text features that were stored with the weights',
  );
  const again = await antonym(['export', '--run', 'by-file', '--out', join(folder, 'again')], folder);
  expect(again.status, again.stderr).toBe(0);
  expect(await digestOf(join(folder, 'again', 'model.onnx'))).toBe(await digestOf(run('by-file', 'export', 'model.onnx')));
});

describe('wrong weights and prompts are one clear line, and no run is made', () => {
  test.concurrent.for<[flags: string[], message: RegExp]>([
    [['--init', 'frist'], /There is no run "frist".*Did you mean "first"\?/],
    [['--init', 'first', '--weights', 'random'], /--init and --weights both say what to start from/],
    [['--init', 'first', '--backbone', 'clip-rn50'], /holds weights of clip-tiny, not of clip-rn50\. Use --backbone clip-tiny/],
    [['--weights', 'photos'], /photos has no file of weights in it/],
  ])('train %j', async ([flags, message]) => {
    expectOneLine(await train(...flags, '--run', 'wrong'), message);
    await expect(readFile(run('wrong', 'config.json'))).rejects.toThrow(/ENOENT/);
  });
});
