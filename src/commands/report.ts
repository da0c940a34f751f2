/** `antonym report`: a page about a run, or about what runs have in common and what not. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { writeComparison, writeRunReport } from '../report/run-report.js';
import { findRun, runsFolder } from '../runs/run-directory.js';
import { UserError } from '../support/errors.js';

interface ReportFlags {
  readonly out?: string;
  readonly json?: true;
}

/** Of a comparison, unless another is given. */
const comparisonPath = join(runsFolder, 'comparison.html');

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .summary('write a page about a run, or one that compares runs')
    .description(
      'Writes report.html of a run (train does it at its end), the metrics for TensorBoard and the MODEL_CARD.md of its model;\n' +
        `for several runs one page that compares them, ${comparisonPath}. Pages are complete in themselves. Runs may be unfinished.`,
    )
    .argument('<runs...>', 'names of runs')
    .option('--out <file>', 'where to write the page')
    .option('--json', 'print the result as one JSON object')
    .action(async (given: string[], { out, json }: ReportFlags) => {
      const names = given.map(nameOf);
      const twice = names.find((name, index) => names.indexOf(name) < index);
      if (twice !== undefined) throw new UserError(`the run ${twice} is given twice: give each run once`);
      const folders = await Promise.all(names.map((name) => findRun(runsFolder, name)));
      const [only] = folders.length === 1 ? folders : [];
      const report = only ? await writeRunReport(only, out) : await writeComparison(folders, out ?? comparisonPath);
      const result = { report, runs: names, ...(only && { tensorboard: only.tensorboard }) };
      process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${report}\n`);
    });
}

/** A shell completes the name of a run to a path in the folder of runs. */
function nameOf(given: string): string {
  return given.replace(new RegExp(`^${runsFolder}[\\\\/]`), '').replace(/[\\/]$/, '');
}
