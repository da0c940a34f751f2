/** `train --dry-run` by the real command. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { settings } from './reference-run.js';

const folder = await temporaryFolder();
const train = (...flags: string[]) => antonymHere(['train', ...flags], folder);

beforeAll(() => writePhotographs(join(folder, 'photos'), 6, 1));

test('a dry run says what a training would do, from real steps, and makes no run', async () => {
  const { status, stdout, stderr } = await train(...settings, '--dry-run');
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/Nothing was written/);
  expect(stdout).toMatch(/steps {5}8 of 2 photographs \(12 crops of 32 pixels\)/);
  expect(stdout).toMatch(/takes {5}about .*3 evaluations of/);
  expect(stdout).toMatch(/memory {4}needs about [\d.]+ GiB of memory, [\d.]+ GiB are available; its first steps held [\d.]+ GiB/);
  expect(stdout).toMatch(/--crop 32 +flag/);
  const json = await train(...settings, '--dry-run', '--json');
  const figures = JSON.parse(json.stdout);
  expect(figures).toMatchObject({
    steps: 8,
    cropsPerStep: 12,
    evaluations: 3,
    options: { crop: 32 },
    origins: { crop: 'flag', lr: 'default' },
  });
  for (const name of ['stepMilliseconds', 'evaluationMilliseconds', 'peakBytes', 'estimatedBytes'])
    expect(figures[name]).toBeGreaterThan(0);
  expect(existsSync(join(folder, 'runs'))).toBe(false);
  await expectRefused(['train', '--resume', 'reference', '--dry-run'], /--dry-run says what a new run would do/, folder);
});
