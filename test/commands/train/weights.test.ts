/** Training that starts from weights of others: of another run, and of published files. */
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Checkpoint, loadCheckpoint } from '#antonym/runs/checkpoint.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonym } from '../antonym.js';
import { digestOf } from '../run-files.js';
import { copyReferenceRun, tiny } from './reference-run.js';

const folder = await temporaryFolder();
const run = (name: string, ...parts: string[]): string => join(folder, 'runs', name, ...parts);
const bestOf = (name: string): string => run(name, 'checkpoints', 'best.safetensors');
const train = (...flags: string[]) => antonym(['train', ...tiny, ...flags], folder);

function largestDifference(a: Checkpoint, b: Checkpoint, name: string): number {
  const other = b.tensors.get(name)!.data;
  let largest = 0;
  for (const [index, value] of a.tensors.get(name)!.data.entries())
    largest = Math.max(largest, Math.abs(Number(value) - Number(other[index])));
  return largest;
}

beforeAll(() => copyReferenceRun(folder));

test('a run starts where another was best, prompts included; from its file too, which is not needed afterwards', async () => {
  // a learning rate that moves nothing by more than rounding
  const flags = ['--steps', '1', '--warmup-steps', '0', '--lr', '1e-12', '--seed', '2'];
  const { status, stderr } = await train(...flags, '--init', 'reference', '--run', 'by-name');
  expect(status, stderr).toBe(0);
  const [first, second] = [await loadCheckpoint(bestOf('reference')), await loadCheckpoint(bestOf('by-name'))];
  for (const name of first.tensors.keys()) {
    if (!/^moment|running_/.test(name)) expect(largestDifference(second, first, name), name).toBeLessThan(1e-10);
  }
  const moment = 'moment1.visual.conv1.weight';
  expect(largestDifference(second, first, moment)).toBeGreaterThan(1e-6);
  expect(JSON.parse(await readFile(run('by-name', 'config.json'), 'utf8'))).toMatchObject({ weights: 'run:reference', prompts: 'auto' });

  await cp(bestOf('reference'), join(folder, 'weights.safetensors'));
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
