/** Training in mixed precision by the real command: what it says and keeps, and that a stop changes nothing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadCheckpoint } from '#antonym/runs/checkpoint.js';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { readResult } from '../../support/files/read-result.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { metricsOf, resultsOf, stepsOf } from '../run-files.js';
import { startAntonym } from '../running-antonym.js';
import { tiny, twoDistortions } from './reference-run.js';

const folder = await temporaryFolder();
const run = (name: string, ...parts: string[]): string => join(folder, 'runs', name, ...parts);
const steps = 4;
const settings = [...tiny, ...twoDistortions, '--steps', String(steps), '--evaluate-every', '2', '--precision', 'mixed'];
const train = (...flags: string[]) => antonymHere(['train', ...flags], folder);

describe('training in mixed precision', () => {
  beforeAll(async () => {
    await writePhotographs(join(folder, 'photos'), 6, 1);
    const { status, stdout, stderr } = await train(...settings, '--run', 'reference');
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('The processor has no kernels of half precision');
    expect(stdout).toMatch(new RegExp(`In mixed precision: \\d of ${steps} steps were skipped`));
  });

  test('is recorded: options, every step, checkpoint, model', async () => {
    const { precision, origins } = await readResult(run('reference', 'config.json'));
    expect([precision, origins.precision]).toEqual(['mixed', 'flag']);
    const rows = (await metricsOf(run('reference'))).filter(({ kind }) => kind === 'step');
    let scale = 2 ** 16;
    let skipped = 0;
    for (const { lossScale, skippedSteps, gradientNorm } of rows) {
      expect(lossScale).toBe(scale);
      // a gradient that is not finite is null there
      if (gradientNorm === null) {
        scale /= 2;
        skipped++;
      }
      expect(skippedSteps).toBe(skipped);
    }
    const { tensors } = await loadCheckpoint(run('reference', 'checkpoints', 'last.safetensors'));
    expect(tensors.get('loss_scale.value')!.data[0]).toBe(scale);
    expect(tensors.get('loss_scale.good_steps')!.data[0]).toBe(rows.length - 1 - rows.findLastIndex((row) => row.gradientNorm === null));
    expect(tensors.get('loss_scale.skipped')!.data[0]).toBe(skipped);
    const model = await readResult(run('reference', 'export', 'model.json'));
    expect(model.training.precision).toBe('mixed');
    expect(model.precision).toBeUndefined();
    expect(await readFile(run('reference', 'export', 'MODEL_CARD.md'), 'utf8')).toContain('in mixed precision');
  });

  test('killed after its first checkpoint, a run resumes to the same results', async () => {
    const process = startAntonym(['train', ...settings, '--run', 'killed'], folder);
    await process.until(async () => (await stepsOf(run('killed'))) >= 3);
    process.kill('SIGKILL');
    await process.ended;
    expect(await train('--resume', 'killed')).toMatchObject({ status: 0 });
    expect(await resultsOf(run('killed'))).toEqual(await resultsOf(run('reference')));
  });

  test('begins other runs, and no run changes its precision', async () => {
    expect(await train(...settings.slice(0, -2), '--init', 'reference', '--steps', '1', '--run', 'next')).toMatchObject({ status: 0 });
    await expectRefused(['train', '--resume', 'reference', '--precision', 'fp32'], /--precision fp32 \(the run has mixed\)/, folder);
  });

  test('is shown by a dry run, and refused where it is not computed', async () => {
    const { status, stdout, stderr } = await train(...settings, '--dry-run');
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/of 2 photographs .*, in mixed precision/);
    await expectRefused(['train', ...settings, '--engine', 'tensorflow'], /--precision mixed is for --engine onnxruntime/, folder);
  });
});
