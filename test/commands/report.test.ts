import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRun, metricsOf } from '../report/runs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { antonym } from './antonym.js';
import { expectRefused } from './expect-refused.js';

const folder = await temporaryFolder();
const runs = join(folder, 'runs');
await makeRun(runs, 'first', { metrics: metricsOf(20) });
await makeRun(runs, 'second', { metrics: metricsOf(10) });

test('writes the page of a run, a page that compares several, and says where', async () => {
  const [one, several] = await Promise.all([
    antonym(['report', 'runs/first/', '--json'], folder),
    antonym(['report', 'first', 'second', '--out', 'pages/both.html'], folder),
  ]);
  expect([one.status, several.status], one.stderr + several.stderr).toEqual([0, 0]);
  const { report, tensorboard } = JSON.parse(one.stdout);
  expect(report).toBe(join('runs', 'first', 'report.html'));
  expect(await readFile(join(folder, report), 'utf8')).toContain('<h1>first</h1>');
  expect((await readFile(join(folder, tensorboard))).length).toBeGreaterThan(1000);
  expect(several.stdout).toBe(`${join('pages', 'both.html')}\n`);
  expect(await readFile(join(folder, 'pages', 'both.html'), 'utf8')).toContain('<h1>Comparison of 2 runs</h1>');
});

test.each([
  [['report'], /RUN\.\.\. is missing/],
  [['report', 'frist'], /There is no run "frist" in runs\. Did you mean "first"\?/],
  [['report', 'first', 'runs/first'], /The run first is given twice/],
])('%j is refused in one line', async (args, message) => {
  await expectRefused(args, message, folder);
});
