/** A run that is stopped at any moment, by any signal, resumes to the same results bit for bit. */
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadCheckpoint } from '#antonym/runs/checkpoint.js';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { readResult } from '../../support/files/read-result.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { resultsOf, stepsOf } from '../run-files.js';
import { startAntonym } from '../running-antonym.js';
import { stoppedHere } from '../stopped-here.js';
import { settings as ofClipTiny, smallEncoder, steps, tiny, twoDistortions } from './reference-run.js';

const folder = await temporaryFolder();
const run = (name: string, ...parts: string[]): string => join(folder, 'runs', name, ...parts);
const lastOf = (name: string): string => run(name, 'checkpoints', 'last.safetensors');
const train = (...flags: string[]) => antonymHere(['train', ...flags], folder);

const settings = [...ofClipTiny, ...smallEncoder];
beforeAll(async () => {
  await writePhotographs(join(folder, 'photos'), 6, 1);
  await train(...settings, '--run', 'reference');
});

test('killed before its first checkpoint, between two, and while it exports, a run resumes to the same results', async () => {
  const moments: [name: string, reached: () => boolean | Promise<boolean>][] = [
    ['before the first checkpoint', async () => (await stepsOf(run('killed'))) >= 1],
    ['between two checkpoints', async () => existsSync(lastOf('killed')) && (await stepsOf(run('killed'))) >= 4],
    ['while it exports', () => said().includes('Exporting')],
  ];
  let said = (): string => '';
  for (const [index, [, reached]] of moments.entries()) {
    const process = startAntonym(['train', ...(index === 0 ? [...settings, '--run', 'killed'] : ['--resume', 'killed'])], folder);
    said = process.said;
    await process.until(reached);
    process.kill('SIGKILL');
    expect(await process.ended).toMatchObject({ signal: 'SIGKILL' });
  }
  expect((await loadCheckpoint(lastOf('killed'))).step).toBe(steps);
  expect(await train('--resume', 'killed')).toMatchObject({ status: 0 });
  expect(await resultsOf(run('killed'))).toEqual(await resultsOf(run('reference')));
  expect(await readdir(run('killed'))).not.toContainEqual(expect.stringMatching(/^lock|tmp$/));
});

test('with accumulated gradients and a moving average, and by a program with more options, a stopped run resumes to the same results', async () => {
  const accumulating = [...settings, '--accumulate', '2', '--ema', '0.9', '--steps', '4'];
  expect(await train(...accumulating, '--run', 'sum')).toMatchObject({ status: 0 });
  const isReached = (): boolean => existsSync(run('sum-stopped', 'previews', 'step-1.png'));
  expect(await stoppedHere(['train', ...accumulating, '--run', 'sum-stopped'], folder, isReached)).toMatchObject({ status: 130 });
  expect([1, 2, 3]).toContain((await loadCheckpoint(lastOf('sum-stopped'))).step);
  const { precision: _, recompute: __, ...older } = await readResult(run('sum-stopped', 'config.json'));
  await writeFile(run('sum-stopped', 'config.json'), JSON.stringify(older));
  expect(await train('--resume', 'sum-stopped')).toMatchObject({ status: 0 });
  expect(await resultsOf(run('sum-stopped'))).toEqual(await resultsOf(run('sum')));
});

test('SIGTERM or Ctrl-C saves, says how to resume, and changes nothing', async () => {
  const early = startAntonym(['train', ...settings, '--run', 'stopped'], folder);
  await early.until(() => existsSync(run('stopped', 'config.json')));
  await early.until(() => early.said().includes('Preparing'));
  early.kill('SIGTERM');
  expect(await early.ended).toMatchObject({
    code: 143,
    stdout: '',
    stderr: expect.stringMatching(/npm run train -- --resume stopped\n$/),
  });

  const late = startAntonym(['train', '--resume', 'stopped'], folder);
  await late.until(() => existsSync(run('stopped', 'previews', 'step-1.png')));
  late.kill('SIGSTOP');
  const inUse = /The run runs.stopped is in use by process \d+/;
  await expectRefused(['train', '--resume', 'stopped'], inUse, folder);
  await expectRefused(['export', '--run', 'stopped'], inUse, folder);
  late.kill('SIGINT');
  late.kill('SIGCONT');
  const { code, stderr } = await late.ended;
  expect(code).toBe(130);
  const step = Number(
    /Stopped after step (\d) of 8; everything is saved\. Resume with: npm run train -- --resume stopped$/m.exec(stderr)?.[1],
  );
  expect((await loadCheckpoint(lastOf('stopped'))).step).toBe(step);
  expect(await stepsOf(run('stopped'))).toBe(step);

  expect(await train('--resume', 'stopped')).toMatchObject({ status: 0 });
  expect(await resultsOf(run('stopped'))).toEqual(await resultsOf(run('reference')));
});

test('a second Ctrl-C stops at once', async () => {
  const slow = ['--steps', '4', '--batch-size', '64', '--crop', '64'];
  const process = startAntonym(['train', ...tiny, ...twoDistortions, ...slow, '--run', 'twice'], folder);
  // After the first step the second is under way at once: a long one.
  await process.until(() => process.said().includes('step 1:'));
  process.kill('SIGINT');
  await process.until(() => process.said().includes('once more to stop at once'));
  // Within half a second both are one wish, so the key is pressed until something happens.
  const pressing = setInterval(() => process.kill('SIGINT'), 100);
  const { signal, stderr } = await process.ended.finally(() => clearInterval(pressing));
  expect(signal).toBe('SIGINT');
  expect(stderr).not.toMatch(/everything is saved|terminate called/);
});
