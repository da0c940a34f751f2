/** `train --sweep-lr` by the real command. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ratesOf, sweepKind } from '#antonym/commands/train/sweep.js';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { digestOf, metricsOf } from '../run-files.js';
import { smallEncoder, tiny, twoDistortions } from './reference-run.js';

const folder = await temporaryFolder();
const settings = [...tiny, ...smallEncoder, ...twoDistortions, '--steps', '2'];
const rates = ['train', ...settings, '--sweep-lr', '1e-4,1e-2,2'];
const sweep = (...flags: string[]) => antonymHere([...rates, ...flags], folder);
const refused = (flags: readonly string[], message: RegExp) => expectRefused([...rates, ...flags], message, folder);

beforeAll(() => writePhotographs(join(folder, 'photos'), 4));

test('rates are a geometric grid', () => {
  expect(ratesOf({ from: 1e-7, to: 1e-5, count: 5 })).toEqual([1e-7, 3.2e-7, 1e-6, 3.2e-6, 1e-5]);
  expect(sweepKind.schema.safeParse(sweepKind.fromText('1e-7,1e-5,5')).data).toEqual({ from: 1e-7, to: 1e-5, count: 5 });
  for (const wrong of ['1e-5,1e-7,5', '1e-7,1e-5', '1e-7,1e-5,5,6', '0,1,3', '1e-7,1e-5,1', 'a,b,c', ',,']) {
    expect(sweepKind.schema.safeParse(sweepKind.fromText(wrong)).success, wrong).toBe(false);
  }
});

test('every rate is an ordinary run, the best by held-out ordering is named, and a sweep that was interrupted resumes', async () => {
  const { status, stdout, stderr } = await sweep('--run', 'rates', '--json');
  expect(status, stderr).toBe(0);
  const { best, results } = JSON.parse(stdout) as { best: number; results: { lr: number; run: string; ordered: number; step: number }[] };
  expect(results.map(({ lr }) => lr)).toEqual([1e-4, 1e-2]);
  expect(results.find(({ lr }) => lr === best)!.ordered).toBe(Math.max(...results.map(({ ordered }) => ordered)));
  const runs = results.map(({ run }) => run);
  expect((await readdir(join(folder, 'runs'))).sort()).toEqual([...runs].sort());
  for (const { run, ordered, step } of results) {
    const rows = await metricsOf(join(folder, 'runs', run));
    expect(rows.find((row) => row.kind === 'evaluation' && row.step === step)!.ordered).toBe(ordered);
  }
  const checkpoint = (run: string): Promise<string> => digestOf(join(folder, 'runs', run, 'checkpoints', 'last.safetensors'));
  const before = await Promise.all(runs.map(checkpoint));
  await rm(join(folder, 'runs', runs[1]!), { recursive: true });
  const again = await sweep('--run', 'rates');
  expect(again.status, again.stderr).toBe(0);
  expect(again.stdout).toMatch(/<- best/);
  expect(again.stdout).toMatch(/--lr \de-\d instead of --sweep-lr/);
  expect(await Promise.all(runs.map(checkpoint))).toEqual(before);
  await refused(['--run', 'rates', '--levels', '3'], /--levels 3 \(the run has 2\)/);
});

test('of rates that leave the weights as they are, none is called the best', async () => {
  const { status, stdout, stderr } = await sweep(
    '--run',
    'idle',
    '--distortion',
    'jpeg',
    '--batch-norm',
    'frozen',
    '--sweep-lr',
    '1e-12,1e-11,2',
  );
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/\n\nThe rates cannot be told apart: sweep with more --steps/);
  expect(stdout).not.toMatch(/<- best|--lr/);
});

test('what does not go together is one clear line', async () => {
  await refused([], /--sweep-lr needs --run/);
  await refused(['--run', 'x', '--lr', '1'], /--sweep-lr needs --run.*goes without --lr/);
});
