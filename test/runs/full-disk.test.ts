/** Writing until nothing more fits, on a disk that is really full and under a limit on the size of files. */
import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const root = await temporaryFolder();

/** A file system of 256 KiB, seen by one process only; needs user namespaces. */
const smallDisk = (folder: string) => ['unshare', '-rm', 'sh', '-c', `mount -t tmpfs -o size=256k none '${folder}' && exec "$0" "$@"`];
/** Files of at most 64 KiB: 128 blocks of 512 bytes. */
const smallFiles = () => ['sh', '-c', 'ulimit -f 128 && exec "$0" "$@"'];

const canMount = process.platform === 'linux' && runUnder(smallDisk(await mkdtemp(join(root, 'try-'))), ['-e', '']).status === 0;

function runUnder([command = '', ...rest]: readonly string[], args: readonly string[]) {
  return spawnSync(command, [...rest, process.execPath, ...args], { encoding: 'utf8' });
}

describe.each([
  { place: 'a full disk', wrap: smallDisk, possible: canMount, reason: 'the disk is full. Free some space and try again' },
  {
    place: 'a file that may not grow',
    wrap: smallFiles,
    possible: process.platform !== 'win32',
    reason: 'it would exceed the largest file size allowed here',
  },
])('$place', ({ wrap, possible, reason }) => {
  test('fails a checkpoint in one line, and the one before it stays', async ({ skip }) => {
    skip(!possible, 'this system lets nobody limit a disk');
    const folder = await mkdtemp(join(root, 'disk-'));
    const { stdout } = runUnder(wrap(folder), ['--input-type=module', '-e', saveTooMuch, folder]);
    expect(JSON.parse(stdout)).toEqual({
      error: `UserError: Cannot save the checkpoint ${join(folder, 'last')}: ${reason}.`,
      files: ['last'],
      step: 1,
    });
  });

  test('fails a row of the metrics in one line, and the rows before it stay', async ({ skip }) => {
    skip(!possible, 'this system lets nobody limit a disk');
    const folder = await mkdtemp(join(root, 'disk-'));
    const { stdout } = runUnder(wrap(folder), ['--input-type=module', '-e', appendTooMuch, folder]);
    const { error, written, rows } = JSON.parse(stdout);
    expect(error).toBe(`UserError: Cannot write ${join(folder, 'metrics.jsonl')}: ${reason}.`);
    expect(rows).toEqual(Array.from({ length: written }, (_, index) => index + 1));
    expect(written).toBeGreaterThan(10);
  });
});

const saveTooMuch = `
  import { readdir } from 'node:fs/promises';
  import { floatTensor } from '#antonym/tensors/tensor-data.js';
  import { loadCheckpoint, saveCheckpoint } from '#antonym/runs/checkpoint.js';
  const folder = process.argv[1];
  const save = (step, size) =>
    saveCheckpoint(folder + '/last', { step, tensors: new Map([['a', floatTensor([size], new Float32Array(size))]]), metadata: {} });
  await save(1, 10_000);
  const error = await save(2, 70_000).catch(String);
  console.log(JSON.stringify({ error, files: await readdir(folder), step: (await loadCheckpoint(folder + '/last')).step }));
`;

const appendTooMuch = `
  import { MetricsLog, readMetrics } from '#antonym/runs/metrics-log.js';
  const path = process.argv[1] + '/metrics.jsonl';
  const log = await MetricsLog.open(path, 0);
  let written = 0;
  let error;
  while (error === undefined) {
    await log.append({ kind: 'step', step: written + 1, padding: 'x'.repeat(3000) }).then(() => written++, (failure) => (error = String(failure)));
  }
  console.log(JSON.stringify({ error, written, rows: (await readMetrics(path)).map(({ step }) => step) }));
`;
