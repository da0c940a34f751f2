/** A run whose checkpoint was lost does not begin anew without a word. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findLastCheckpoint } from '#antonym/runs/find-checkpoint.js';
import { createRun, type RunFolder } from '#antonym/runs/run-directory.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const root = await temporaryFolder();

async function runWith(name: string, rows: readonly (readonly [kind: string, step: number])[]): Promise<RunFolder> {
  const run = await createRun(root, { name }, {}, {});
  await run.close();
  await writeFile(run.folder.metrics, rows.map(([kind, step]) => `${JSON.stringify({ kind, step })}\n`).join(''));
  return run.folder;
}

test('nothing was saved before the first evaluation, or while it was saved', async () => {
  expect(await findLastCheckpoint(await runWith('new', []))).toBeUndefined();
  expect(
    await findLastCheckpoint(
      await runWith('early', [
        ['evaluation', 0],
        ['step', 1],
        ['step', 2],
      ]),
    ),
  ).toBeUndefined();
  expect(
    await findLastCheckpoint(
      await runWith('saving', [
        ['step', 1],
        ['evaluation', 1],
      ]),
    ),
  ).toBeUndefined();
});

test('a checkpoint that must have been there is missed by name', async () => {
  const lost = await runWith('lost', [
    ['step', 1],
    ['evaluation', 1],
    ['step', 2],
  ]);
  await expect(findLastCheckpoint(lost)).rejects.toThrow(`${lost.lastCheckpoint} is missing, although the run lost has made 2 steps`);
  const finished = await runWith('finished', [
    ['step', 1],
    ['evaluation', 1],
  ]);
  await mkdir(dirname(finished.model));
  await writeFile(finished.model, '');
  await expect(findLastCheckpoint(finished)).rejects.toThrow('is missing');
});

test('a link that leads in a circle is no missing file', async () => {
  const run = await runWith('circle', []);
  await mkdir(dirname(run.lastCheckpoint));
  await symlink('last.safetensors', run.lastCheckpoint);
  expect(await findLastCheckpoint(run)).toBe(join(run.path, 'checkpoints', 'last.safetensors'));
});
