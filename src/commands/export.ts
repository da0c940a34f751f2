/** `antonym export`: writes the ONNX file of a run anew. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { exportRun } from '../export/export-run.js';
import { UserError } from '../support/errors.js';
import { parseSavedForm } from '../support/option-table.js';
import { startProgress } from '../support/progress.js';
import { trainOptions } from '../train/options.js';
import { preparePlan } from '../train/plan.js';
import { prepare } from '../train/prepare.js';
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
      const progress = startProgress(`Exporting ${name}`);
      try {
        const { values } = parseSavedForm(trainOptions, run.config, run.folder.config);
        const checkpoint = checkpointOf(run.folder);
        const prepared = await prepare(await preparePlan(values, checkpoint), {
          checkpoint,
          onPair: (done, total) => progress.update(done, total, 'held-out crops'),
          onSkip: (image, reason) => progress.note(`skipped ${image}: ${reason}`),
        });
        try {
          const { model, description, parity } = await exportRun(prepared, prepared.checkpoint!, out ?? run.folder.exported);
          const { score, similarity } = parity.largestDifference;
          progress.succeed(
            `Exported ${name}. The file computes what the trained model computes: on ${parity.crops} crops scores differ by at most ` +
              `${score.toExponential(1)}, similarities by ${similarity.toExponential(1)}`,
          );
          process.stdout.write(json ? `${JSON.stringify({ model, description, parity })}\n` : `${model}\n`);
        } finally {
          await prepared.close();
        }
      } finally {
        progress.stop();
        await run.close();
      }
    });
}

/** The best checkpoint, or the last one of a run that was stopped before its first evaluation. */
function checkpointOf(run: RunFolder): string {
  const path = [run.bestCheckpoint, run.lastCheckpoint].find(existsSync);
  if (path === undefined)
    throw new UserError(`the run ${run.name} has no checkpoint yet. Go on with it: npm run train -- --resume ${run.name}`);
  return path;
}
