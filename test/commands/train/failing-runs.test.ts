/** A training that fails leaves its last good checkpoint, and what made it fail. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '#antonym/runs/checkpoint.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { program } from '../antonym.js';
import { expectOneLine } from '../expect-one-line.js';
import { expectRefused } from '../expect-refused.js';
import { digestOf, stepsOf } from '../run-files.js';
import { copyShortRun, settings } from './reference-run.js';

const folder = await temporaryFolder();
const run = (name: string, ...parts: string[]): string => join(folder, 'runs', name, ...parts);
const lastOf = (name: string): string => run(name, 'checkpoints', 'last.safetensors');

beforeAll(() => copyShortRun(folder));

test.each([
  Number.NaN,
  1e38,
])('a training that diverges by a weight of %d names the step, keeps its batch and the last good checkpoint', async (weight) => {
  const name = `weight-${Number.isNaN(weight) ? 'nan' : 'huge'}`;
  await cp(run('reference'), run(name), { recursive: true });
  const { tensors, metadata } = await loadCheckpoint(run(name, 'checkpoints', 'best.safetensors'));
  tensors.get('visual.conv1.weight')!.data.fill(weight as never);
  await saveCheckpoint(lastOf(name), { step: 3, tensors, metadata });
  const before = await digestOf(lastOf(name));
  await expectRefused(['train', '--resume', name], /diverged at step 4: .*The checkpoint of step 3 is intact/, folder);
  expect(await digestOf(lastOf(name))).toBe(before);
  expect(await stepsOf(run(name))).toBe(3);
  const batch = await readSafetensors(run(name, 'diverged-step-4.safetensors'));
  // 2 photographs, 3 levels, 2 crops each of 32 x 32 x 3
  expect(batch.tensors.get('crops.0')!.data).toHaveLength(2 * 3 * 2 * 32 * 32 * 3);
  expect(JSON.parse(batch.metadata['records.0']!)).toHaveLength(2);
});

test('a training on a full disk says so, and leaves checkpoints that load', async ({ skip }) => {
  await mkdir(join(folder, 'full', 'runs'), { recursive: true });
  // room for one checkpoint of 16 MB, not for two; the runs are copied out of the file system that only this process sees
  const script = `mount -t tmpfs -o size=24m none runs && { "$0" "$@"; code=$?; cp -r runs kept; exit $code; }`;
  const isolate = (...command: string[]) => spawnSync('unshare', ['-rm', ...command], { encoding: 'utf8', cwd: join(folder, 'full') });
  skip(isolate('sh', '-c', 'mount -t tmpfs none runs').status !== 0, 'this system lets nobody limit a disk');
  const flags = ['train', ...settings, '--data', join(folder, 'photos'), '--run', 'full'];
  const { status, stdout, stderr } = isolate('sh', '-c', script, process.execPath, program, ...flags);
  expectOneLine({ status: status ?? -1, stdout, stderr }, /Cannot save the checkpoint .*: the disk is full/);
  const kept = join(folder, 'full', 'kept', 'full', 'checkpoints');
  expect(await readdir(kept)).toEqual(['best.safetensors']);
  expect((await loadCheckpoint(join(kept, 'best.safetensors'))).step).toBe(3);
});
