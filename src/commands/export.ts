/** `antonym export`: writes the ONNX file of a run anew, or of weights as they were published. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type ExportedModel, exportRun } from '../export/export-run.js';
import { writeHeldOutScores } from '../export/held-out-scores.js';
import { measureSetup } from '../export/measurement.js';
import { mostCompared, openComparedImages } from '../export/precision/compared-images.js';
import { type Precision, precisions, type ReducedPrecision } from '../export/precision/precision.js';
import { percent, precisionTable } from '../export/precision/precision-table.js';
import { mostChangedPairs } from '../export/precision/require-order.js';
import { publishedScale } from '../heads/fit-scale.js';
import { openRun, type RunFolder, runsFolder } from '../runs/run-directory.js';
import { chooseDevice, type DeviceFlags, type DeviceName } from '../runtime/devices/choose-device.js';
import { UserError } from '../support/errors.js';
import { number, oneOf } from '../support/options/option-kinds.js';
import { describeOptions, flagOf, resolveOptions } from '../support/options/option-table.js';
import { startProgress } from '../support/progress.js';
import { chooseBackbone } from '../train/choose-backbone.js';
import { trainOptions } from '../train/options.js';
import { optionsOfRun } from '../train/stored-options.js';
import { setUpTraining, type TrainingSpec } from '../train/training-setup.js';
import { deviceOption, providerOptionsOption } from './device-options.js';
import { optionParser } from './option-parser.js';
import { watchWeights } from './watch-weights.js';

/** What describes a model that was not trained here; a run has its own. */
const { backbone, weights, output, mean, std, prompts, positionalEmbedding } = trainOptions;
const modelOptions = { backbone, weights, output, mean, std, prompts, positionalEmbedding };

interface ExportFlags {
  readonly run?: string;
  readonly out?: string;
  readonly scale?: number;
  readonly precision: Precision;
  readonly data?: string;
  readonly force?: true;
  readonly device: DeviceName;
  readonly providerOptions: string;
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
    .option('--out <folder>', "where to write (default: the run's export folder, or one in it for a reduced precision)")
    .option(
      '--scale <number>',
      `how steeply the score follows what the head measures, such as similarities (default: for a run, the largest that keeps scores apart; else ${publishedScale}, as CLIP was trained)`,
      optionParser('--scale', number({ min: 0.01, max: 1000 })),
    );
  command
    .option(
      '--precision <name>',
      'fp16: half precision, for GPUs; int8: weights in 8 bits, a quarter of the size. Inputs and outputs stay as they are',
      optionParser('--precision', oneOf(precisions)),
      'fp32',
    )
    .option('--data <folder|name>', `photographs on which to compare it with fp32, at most ${mostCompared} (default: held-out crops)`)
    .option('--force', `write it even where it changes the order of more than ${percent(mostChangedPairs)} of pairs of them`);
  for (const { flags, description } of describeOptions(modelOptions)) command.option(flags, description);
  command
    .addOption(deviceOption('where the file is run to be compared with the model'))
    .addOption(providerOptionsOption())
    .option('--json', 'print the result as one JSON object')
    .action(async ({ run, out, scale, precision, data, force, device, providerOptions, json, ...model }: ExportFlags & ModelFlags) => {
      const format: Format = {
        scale,
        ...reductionOf(precision, data, force === true),
        device: { device, providerOptions },
        json: json === true,
      };
      const [given] = Object.keys(model);
      if (run === undefined) {
        if (given === undefined || out === undefined) {
          throw new UserError(
            'say what to export: --run NAME, or published weights with --backbone NAME, --weights SOURCE and --out FOLDER',
          );
        }
        await exportPublished(model, out, { ...format, scale: scale ?? publishedScale });
      } else {
        if (given !== undefined) throw new UserError(`a run has its own weights and prompts: leave out ${flagOf(given)}, or --run`);
        await exportFinished(run, out, format);
      }
    });
}

/** How it is to be exported, and the result printed. */
interface Format {
  /** Undefined: fitted. */
  readonly scale: number | undefined;
  readonly reduction?: { readonly precision: ReducedPrecision; readonly data: string | undefined; readonly force: boolean };
  /** Where the file is proven. */
  readonly device: DeviceFlags;
  readonly json: boolean;
}

/** @throws UserError for flags that are about a reduced precision only. */
function reductionOf(precision: Precision, data: string | undefined, force: boolean): Pick<Format, 'reduction'> {
  if (precision !== 'fp32') return { reduction: { precision, data, force } };
  const given = data === undefined ? (force ? '--force' : undefined) : '--data';
  if (given !== undefined)
    throw new UserError(`${given} is about the comparison with fp32: give --precision fp16 or int8, or leave it out`);
  return {};
}

async function exportFinished(name: string, out: string | undefined, format: Format): Promise<void> {
  const run = await openRun(runsFolder, name);
  try {
    const spec = { options: optionsOfRun(run).values, run: run.folder, checkpoint: checkpointOf(run.folder) };
    const ownFolder = format.reduction ? join(run.folder.exported, format.reduction.precision) : run.folder.exported;
    const { heldOut } = await exportModel(spec, name, out ?? ownFolder, format);
    // what the run's own model gives, not that of a copy with another scale or precision
    if (out === undefined && !format.reduction) await writeHeldOutScores(run.folder.heldOut, heldOut);
  } finally {
    await run.close();
  }
}

async function exportPublished(flags: ModelFlags, folder: string, format: Format): Promise<void> {
  // nothing is trained; scores are measured on crops of one image, each of which costs RN50 a quarter of a second on two cores
  const few = { steps: '1', batchSize: '1', heldOut: '1', levels: '3' };
  const { trainedSide } = await chooseBackbone(resolveOptions(trainOptions, { flags }, { cores: availableParallelism() }).values);
  const crop = trainedSide === undefined ? {} : { crop: String(trainedSide) };
  const { values } = resolveOptions(trainOptions, { flags: { ...few, ...crop, ...flags } }, { cores: availableParallelism() });
  await exportModel({ options: values }, values.backbone, folder, format);
}

async function exportModel(
  spec: TrainingSpec,
  name: string,
  folder: string,
  { scale, reduction, device, json }: Format,
): Promise<ExportedModel> {
  const progress = startProgress(`Exporting ${name}`);
  const onSkip = (image: string, reason: string): void => progress.note(`skipped ${image}: ${reason}`);
  try {
    const setup = await setUpTraining(spec, watchWeights(progress));
    // before what takes long: a folder may be mistyped
    const images = reduction?.data === undefined ? undefined : await openComparedImages(reduction.data, setup.model.backbone, onSkip);
    const measured = await measureSetup(setup, spec.checkpoint, {
      onPair: (done, total) => progress.update(done, total, 'held-out crops'),
      onSkip,
      onMeasure: () => progress.note('Measuring the model on these crops, then the file against it'),
    });
    const exported = await exportRun({ ...measured, device: await chooseDevice(device) }, folder, {
      scale,
      reduction: reduction && { ...reduction, images },
    });
    const { model, description, parity } = exported;
    const differences = Object.entries(parity.largestDifference).map(([output, value]) => `${output} by ${value.toExponential(1)}`);
    progress.succeed(
      `Exported ${name}${reduction ? ` in ${reduction.precision}` : ''}. The ${reduction ? 'float32 ' : ''}file computes what the model computes here: on ${parity.crops} crops outputs differ by at most: ` +
        differences.join(', '),
    );
    if (parity.reduced) process.stderr.write(precisionTable(parity.reduced));
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
