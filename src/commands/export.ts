/** `antonym export`: writes the ONNX file of a run anew, or of weights as they were published. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { type ExportedModel, exportRun } from '../export/export-run.js';
import { writeHeldOutScores } from '../export/held-out-scores.js';
import { prepareExport } from '../export/prepare-export.js';
import { publishedScale } from '../export/softmax-scale.js';
import { formatBytes } from '../support/byte-size.js';
import { UserError } from '../support/errors.js';
import { number } from '../support/option-kinds.js';
import { describeOptions, flagOf, parseSavedForm, resolveOptions } from '../support/option-table.js';
import { startProgress } from '../support/progress.js';
import { chooseBackbone } from '../train/choose-backbone.js';
import { type TrainOptions, trainOptions } from '../train/options.js';
import { type PlanOrigin, preparePlan } from '../train/plan.js';
import { openRun, type RunFolder, runsFolder } from '../train/run-directory.js';
import { optionParser } from './option-parser.js';

/** What describes a model that was not trained here; a run has its own. */
const { backbone, weights, output, mean, std, prompts, positionalEmbedding } = trainOptions;
const modelOptions = { backbone, weights, output, mean, std, prompts, positionalEmbedding };

interface ExportFlags {
  readonly run?: string;
  readonly out?: string;
  readonly scale?: number;
  readonly json?: true;
}
type ModelFlags = Readonly<Partial<Record<keyof typeof modelOptions, string>>>;

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .summary('write the ONNX file of a run, or of published weights')
    .description(
      'Writes model.onnx, model.json, parity.json and MODEL_CARD.md from the best checkpoint of a run,\n' +
        'or, without training, of weights and prompts as they are (--backbone, --weights, --out).',
    )
    .option('--run <name>', 'the run')
    .option('--out <folder>', "where to write (default: the run's export folder)")
    .option(
      '--scale <number>',
      `factor of similarities in the score's softmax (default: for a run, the largest that keeps scores apart; else ${publishedScale}, as CLIP was trained)`,
      optionParser('--scale', number({ min: 0.01, max: 1000 })),
    );
  for (const { flags, description } of describeOptions(modelOptions)) command.option(flags, description);
  command
    .option('--json', 'print the result as one JSON object')
    .action(async ({ run, out, scale, json, ...model }: ExportFlags & ModelFlags) => {
      const [given] = Object.keys(model);
      if (run === undefined) {
        if (given === undefined || out === undefined) {
          throw new UserError(
            'say what to export: --run NAME, or published weights with --backbone NAME, --weights SOURCE and --out FOLDER',
          );
        }
        await exportPublished(model, out, scale ?? publishedScale, json === true);
      } else {
        if (given !== undefined) throw new UserError(`a run has its own weights and prompts: leave out ${flagOf(given)}, or --run`);
        await exportFinished(run, out, scale, json === true);
      }
    });
}

async function exportFinished(name: string, out: string | undefined, scale: number | undefined, json: boolean): Promise<void> {
  const run = await openRun(runsFolder, name);
  try {
    const { values } = parseSavedForm(trainOptions, run.config, run.folder.config);
    const origin = { run: run.folder, checkpoint: checkpointOf(run.folder) };
    const { heldOut } = await exportModel(values, origin, name, { folder: out ?? run.folder.exported, scale, json });
    // what the run's own model gives, not that of a copy with another scale
    if (out === undefined) await writeHeldOutScores(run.folder.heldOut, heldOut);
  } finally {
    await run.close();
  }
}

async function exportPublished(flags: ModelFlags, folder: string, scale: number, json: boolean): Promise<void> {
  // nothing is trained; scores are measured on crops of one image, each of which costs RN50 a quarter of a second on two cores
  const few = { steps: '1', batchSize: '1', heldOut: '1', levels: '3' };
  const { trainedSide } = await chooseBackbone(resolveOptions(trainOptions, { flags }, { cores: availableParallelism() }).values);
  const crop = trainedSide === undefined ? {} : { crop: String(trainedSide) };
  const { values } = resolveOptions(trainOptions, { flags: { ...few, ...crop, ...flags } }, { cores: availableParallelism() });
  await exportModel(values, {}, values.backbone, { folder, scale, json });
}

interface Target {
  readonly folder: string;
  /** Undefined: fitted. */
  readonly scale: number | undefined;
  readonly json: boolean;
}

async function exportModel(
  values: TrainOptions,
  origin: PlanOrigin,
  name: string,
  { folder, scale, json }: Target,
): Promise<ExportedModel> {
  const progress = startProgress(`Exporting ${name}`);
  try {
    const plan = await preparePlan(values, origin, {
      onDownload: (done, total) => progress.update(done, total, 'published weights', formatBytes),
      onRecognize: progress.note,
    });
    const measured = await prepareExport(plan, origin.checkpoint, {
      onPair: (done, total) => progress.update(done, total, 'held-out crops'),
      onSkip: (image, reason) => progress.note(`skipped ${image}: ${reason}`),
      onMeasure: () => progress.note('Measuring the model on these crops, then the file against it'),
    });
    const exported = await exportRun(measured, folder, scale);
    const { model, description, parity } = exported;
    const { score, similarity } = parity.largestDifference;
    progress.succeed(
      `Exported ${name}. The file computes what the model computes here: on ${parity.crops} crops scores differ by at most ` +
        `${score.toExponential(1)}, similarities by ${similarity.toExponential(1)}`,
    );
    process.stdout.write(json ? `${JSON.stringify({ model, description, parity })}\n` : `${model}\n`);
    return exported;
  } finally {
    progress.stop();
  }
}

/** The best checkpoint, or the last one of a run that was stopped before its first evaluation. */
function checkpointOf(run: RunFolder): string {
  const path = [run.bestCheckpoint, run.lastCheckpoint].find(existsSync);
  if (path === undefined)
    throw new UserError(`the run ${run.name} has no checkpoint yet. Go on with it: npm run train -- --resume ${run.name}`);
  return path;
}
