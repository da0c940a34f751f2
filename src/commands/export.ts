/** `antonym export`: writes the ONNX file of a run anew. */

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { exportRun } from '../export/export-run.js';
import { UserError } from '../support/errors.js';
import { parseSavedForm } from '../support/option-table.js';
import { trainOptions } from '../train/options.js';
import { preparePlan } from '../train/plan.js';
import { openRun, type RunFolder, runsFolder } from '../train/run-directory.js';

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .summary('write the ONNX file of a run')
    .description('Writes model.onnx, model.json and parity.json from the best checkpoint of a run.')
    .requiredOption('--run <name>', 'the run')
    .option('--out <folder>', "where to write (default: the run's export folder)")
    .option('--json', 'print the result as one JSON object')
    .action(async ({ run: name, out, json }: { run: string; out?: string; json?: true }) => {
      const run = await openRun(runsFolder, name);
      try {
        const { values } = parseSavedForm(trainOptions, run.config, run.folder.config);
        const exported = await exportRun(await preparePlan(values), checkpointOf(run.folder), out ?? run.folder.exported);
        const { parity, description } = exported;
        if (json) process.stdout.write(`${JSON.stringify({ model: exported.model, description, parity })}\n`);
        else {
          const { score, similarity } = parity.largestDifference;
          process.stdout.write(`${exported.model}\n`);
          process.stderr.write(
            `Computes what the trained model computes: on ${parity.crops} crops scores differ by at most ${score.toExponential(1)}, similarities by ${similarity.toExponential(1)}\n`,
          );
        }
      } finally {
        await run.close();
      }
    });
}

/** The best checkpoint, or the last one of a run that was stopped before its first evaluation. */
function checkpointOf(run: RunFolder): string {
  const path = [run.bestCheckpoint, run.lastCheckpoint].find(existsSync);
  if (path === undefined)
    throw new UserError(`The run ${run.name} has no checkpoint yet. Go on with it: npm run train -- --resume ${run.name}`);
  return path;
}
