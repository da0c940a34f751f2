/** `train --splits`: the same training on several random splits of rated images, with the mean and deviation of what it gives. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseEvaluation } from '../../evaluate/evaluation.js';
import { runsFolder } from '../../runs/run-directory.js';
import { mean, sampleDeviation } from '../../statistics/mean.js';
import { readRegularText } from '../../support/files/regular-file.js';
import { jsonLine } from '../../support/json-line.js';
import type { GivenOptions } from '../../support/options/option-table.js';
import { trainAndExport } from './train-and-export.js';

interface SplitResult {
  readonly split: number;
  readonly run: string;
  readonly images: number;
  readonly srcc: number | null;
  readonly plcc: number | null;
  /** SRCC of the log variance of the Laplacian. */
  readonly baseline: number | null;
}

/**
 * Each split is a run of its own, `<name>-split-<number>`, which the command given again resumes.
 * @returns the exit code: 0, or 128 + signal after a stop.
 */
export async function trainSplits(count: number, name: string, given: GivenOptions, json: boolean): Promise<number> {
  const results: SplitResult[] = [];
  for (let split = 1; split <= count; split++) {
    const run = `${name}-split-${split}`;
    const found = await testOf(run);
    if (!found) {
      const exists = existsSync(join(runsFolder, run, 'config.json'));
      const own = { ...given, flags: { ...given.flags, split: String(split) } };
      const code = await trainAndExport(
        { name: exists ? undefined : run, resume: exists ? run : undefined, isDry: false, json: false, isQuiet: true },
        own,
      );
      if (code !== 0) return code;
    }
    const result = found ?? (await testOf(run));
    if (result) results.push({ split, run, ...result });
  }
  const figures = {
    srcc: meanAndDeviation(results, 'srcc'),
    plcc: meanAndDeviation(results, 'plcc'),
    baseline: meanAndDeviation(results, 'baseline'),
  };
  process.stdout.write(json ? jsonLine({ ...figures, results }) : table(results, figures));
  return 0;
}

/** The test of a run that is finished. */
async function testOf(run: string): Promise<Omit<SplitResult, 'split' | 'run'> | undefined> {
  const folder = join(runsFolder, run, 'evaluation');
  const { readdir } = await import('node:fs/promises');
  const [name] = (await readdir(folder).catch(() => [])).filter((entry) => entry.endsWith('-test'));
  if (name === undefined) return undefined;
  const path = join(folder, name, 'evaluation.json');
  const { opinion, measures } = parseEvaluation(await readRegularText(path, 2 ** 28), path);
  const [own, baseline] = measures;
  return { images: opinion.images, srcc: own!.srcc.value, plcc: own!.plcc.value, baseline: baseline!.srcc.value };
}

/** Figures of a sample; splits of which a figure is not defined are left out. */
function meanAndDeviation(results: readonly SplitResult[], key: 'srcc' | 'plcc' | 'baseline'): { mean: number; deviation: number } {
  const values = results.flatMap((result) => result[key] ?? []);
  return { mean: mean(values), deviation: sampleDeviation(values) };
}

function table(
  results: readonly SplitResult[],
  figures: Readonly<Record<'srcc' | 'plcc' | 'baseline', { mean: number; deviation: number }>>,
): string {
  const number = (value: number | null): string => (value?.toFixed(3) ?? '-').padStart(7);
  const rows = results.map(
    ({ split, images, srcc, plcc, baseline }) =>
      `  split ${split}  ${images} test images  ${number(srcc)}${number(plcc)}${number(baseline)}`,
  );
  const all = (['srcc', 'plcc', 'baseline'] as const).map(
    (key) => `${figures[key].mean.toFixed(3)} ± ${figures[key].deviation.toFixed(3)}`,
  );
  return `\nAgreement with opinions of images that training did not see: SRCC, PLCC, and SRCC of the Laplacian's variance\n${rows.join('\n')}\n  mean and deviation: SRCC ${all[0]}, PLCC ${all[1]}, Laplacian ${all[2]}\n`;
}
