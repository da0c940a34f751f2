/** `antonym report`: a page about a run, or about what runs have in common and what not. */

import { join } from 'node:path';
import { writeComparison, writeRunReport } from '../report/run-report.js';
import { findRun, runsFolder } from '../runs/run-directory.js';
import { UserError } from '../support/errors.js';
import { jsonLine } from '../support/json-line.js';
import { text } from '../support/options/option-kinds.js';
import { type OptionTable, resolveOptions } from '../support/options/option-table.js';
import { pathLine } from '../support/path-line.js';
import { printable } from '../support/printable.js';
import type { Command } from './command.js';
import { jsonOption } from './shared-options.js';

/** The page of a comparison, unless another is given. */
const comparisonPath = join(runsFolder, 'comparison.html');

const options = {
  out: { kind: text('an HTML file'), placeholder: 'FILE', description: 'where to write the page', withoutIt: "the run's report.html" },
  json: jsonOption,
} satisfies OptionTable;

export const reportCommand: Command = {
  name: 'report',
  description:
    'Writes report.html of a run (train does it at its end), the metrics for TensorBoard and the MODEL_CARD.md of its model; for several ' +
    `runs one page that compares them, ${comparisonPath}. Each page is one self-contained HTML file. Works on unfinished runs, too.`,
  operand: { placeholder: 'RUN...', description: 'names of runs' },
  groups: { Options: options },
  async run(given, runs) {
    const { out, json } = resolveOptions(options, given).values;
    const names = runs.map(nameOf);
    const twice = names.find((name, index) => names.indexOf(name) < index);
    if (twice !== undefined) throw new UserError(`The run ${twice} is given twice: give each run once.`);
    const folders = await Promise.all(names.map((name) => findRun(runsFolder, name)));
    const [only] = folders.length === 1 ? folders : [];
    const warn = (problem: string): void => void process.stderr.write(`warning: ${printable(problem)}\n`);
    const report = only ? await writeRunReport(only, out, warn) : await writeComparison(folders, out ?? comparisonPath, warn);
    const result = { report, runs: names, ...(only && { tensorboard: only.tensorboard }) };
    process.stdout.write(json ? jsonLine(result) : pathLine(report));
    return undefined;
  },
};

/** A shell completes the name of a run to a path in the folder of runs. */
function nameOf(given: string): string {
  return given.replace(new RegExp(`^${runsFolder}[\\\\/]`), '').replace(/[\\/]$/, '');
}
