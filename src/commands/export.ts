/** `antonym export`: rebuilds the ONNX file of a run, or writes one of published weights. */

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { exportRun } from '../export/export-run.js';
import { measureSetup } from '../export/measurement.js';
import { mostCompared, openComparedImages } from '../export/precision/compared-images.js';
import { type Precision, precisions, type ReducedPrecision } from '../export/precision/precision.js';
import { mostChangedPairs, percent, precisionTable } from '../export/precision/precision-table.js';
import { publishedScale } from '../heads/fit-scale.js';
import type { HeadName } from '../heads/table.js';
import { openRun, type RunFolder, readRun, runsFolder } from '../runs/run-directory.js';
import { chooseDevice, type DeviceFlags } from '../runtime/devices/choose-device.js';
import { commandHint } from '../support/command-hint.js';
import { UserError } from '../support/errors.js';
import { requireNoFile } from '../support/files/atomic-folder.js';
import { number, oneOf, switched, text } from '../support/options/option-kinds.js';
import { flagOf, type GivenOptions, givenIn, type OptionTable, resolveOptions } from '../support/options/option-table.js';
import { startProgress } from '../support/progress.js';
import { chooseBackbone } from '../train/choose-backbone.js';
import { noOpinions } from '../train/options/opinion-options.js';
import { trainOptions } from '../train/options.js';
import { optionsOfRun } from '../train/stored-options.js';
import { setUpTraining, type TrainingSpec } from '../train/training-setup.js';
import type { Command } from './command.js';
import { commandSummaries } from './command-summaries.js';
import { fusionOf, fusionOptions } from './fusion-options.js';
import { exportedModelDevice, jsonOption } from './shared-options.js';
import { openOpinions } from './train/open-opinions.js';
import { watchWeights } from './watch-weights.js';

/** Options that describe a model that was not trained here; a run has its own. */
const { backbone, weights, output, mean, std, prompts, activation, headWeights, positionalEmbedding } = trainOptions;
const publishedOptions = { backbone, weights, output, mean, std, prompts, activation, headWeights, positionalEmbedding };
/** Options of what turns an embedding into a score: a run's embedding may be scored in another way than it was trained. */
const headOptions = { head: trainOptions.head, ...fusionOptions };

const exportOptions = {
  run: { kind: text('the name of a run'), placeholder: 'NAME', description: 'the run to export' },
  out: {
    kind: text('a folder'),
    placeholder: 'FOLDER',
    description: 'where to write',
    withoutIt: "the run's export folder",
    details: "A reduced precision, and another head than the run's, have a folder of their own in the run's export folder.",
  },
  scale: {
    kind: number({ min: 0.01, max: 1000 }),
    placeholder: 'NUMBER',
    description: 'steepness of the score',
    details: `How steeply the score follows what the head measures. For a run, the largest that keeps scores apart is found; without a run it is ${publishedScale}, as CLIP was trained.`,
  },
  precision: {
    kind: oneOf(precisions),
    placeholder: 'NAME',
    description: 'precision: fp32, fp16 or int8',
    details: 'fp16: half precision, for GPUs; int8: weights in 8 bits, a quarter of the size. Inputs and outputs stay as they are.',
    default: 'fp32',
  },
  data: {
    kind: text('the name of a dataset of datasets.json, or a folder of images'),
    placeholder: 'NAME|FOLDER',
    description: 'images to compare with fp32 on',
    details: `At most ${mostCompared} of these photographs.`,
    withoutIt: 'held-out crops',
  },
  embedding: {
    kind: switched(),
    description: 'give the embedding, too',
    details:
      'A further output "embedding", float32 [batch, size]: what the image encoder makes of an image, before the head, not normalised.',
    default: false,
  },
  force: {
    kind: switched(),
    description: 'write the file even if many pairs change order',
    details: `Without it, a reduced precision is refused where more than ${percent(mostChangedPairs)} of pairs change order.`,
    default: false,
  },
  json: jsonOption,
} satisfies OptionTable;

const ownOptions = { ...exportOptions, ...exportedModelDevice };

export const exportCommand: Command = {
  name: 'export',
  summary: commandSummaries.export,
  description:
    'Writes model.onnx, model.json, parity.json and MODEL_CARD.md from the best checkpoint of a run; or, without training, from published ' +
    'weights and prompts (--backbone, --weights, --out).',
  groups: { 'Published weights': publishedOptions, Head: headOptions, Device: exportedModelDevice, Output: exportOptions },
  async run(given) {
    const { run, out, scale, precision, data, embedding, force, json, ...device } = resolveOptions(
      ownOptions,
      givenIn(ownOptions, given),
    ).values;
    const format: Format = { scale, ...reductionOf(precision, data, force), embedding, device, json };
    const model = givenIn(publishedOptions, given);
    const [first] = [...Object.keys(model.flags), ...Object.keys(model.file?.values ?? {})];
    const chosenHead = givenIn(headOptions, given);
    if (run === undefined) {
      if (first === undefined || out === undefined) {
        throw new UserError(
          'Say what to export: --run NAME, or published weights with --backbone NAME, --weights SOURCE and --out FOLDER.',
        );
      }
      await exportPublished(givenIn({ ...publishedOptions, head: headOptions.head }, given), givenIn(fusionOptions, given), out, {
        ...format,
        scale: scale ?? publishedScale,
      });
    } else {
      if (first !== undefined) throw new UserError(`A run has its own weights and prompts: leave out ${flagOf(first)}, or --run.`);
      await exportFinished(run, out, chosenHead, format);
    }
    return undefined;
  },
};

/** The options of the export and of its printed result. */
interface Format {
  /** Undefined: fitted. */
  readonly scale: number | undefined;
  readonly reduction?: { readonly precision: ReducedPrecision; readonly data: string | undefined; readonly force: boolean };
  readonly embedding: boolean;
  /** Device that proves the file. */
  readonly device: DeviceFlags;
  readonly json: boolean;
}

/** @throws UserError for flags that are about a reduced precision only. */
function reductionOf(precision: Precision, data: string | undefined, force: boolean): Pick<Format, 'reduction'> {
  if (precision !== 'fp32') return { reduction: { precision, data, force } };
  const given = data === undefined ? (force ? '--force' : undefined) : '--data';
  if (given !== undefined)
    throw new UserError(`${given} is about the comparison with fp32: give --precision fp16 or int8, or leave it out.`);
  return {};
}

async function exportFinished(name: string, out: string | undefined, chosenHead: GivenOptions, format: Format): Promise<void> {
  const run = out === undefined ? await openRun(runsFolder, name) : await readRun(runsFolder, name);
  try {
    const own = optionsOfRun(run).values;
    const options = { ...own, head: headOf(chosenHead) ?? own.head };
    const fusion = fusionOf(options.head, givenIn(fusionOptions, chosenHead));
    // without them it would pass for a label-free model
    const opinions = own.opinion === noOpinions ? undefined : (await openOpinions(own)).set;
    const spec = { options, run: run.folder, checkpoint: checkpointOf(run.folder), fusion, opinions };
    const otherHead = options.head === own.head ? [] : [options.head];
    const ownFolder = join(run.folder.exported, ...otherHead, ...(format.reduction ? [format.reduction.precision] : []));
    // what the run's own model gives, not that of a copy with another head or precision
    const heldOutFolder = out === undefined && ownFolder === run.folder.exported ? run.folder.heldOut : undefined;
    await exportModel(spec, name, out ?? ownFolder, format, heldOutFolder);
  } finally {
    await run.close();
  }
}

async function exportPublished(given: GivenOptions, chosenFusion: GivenOptions, folder: string, format: Format): Promise<void> {
  const facts = { cores: availableParallelism() };
  const { trainedSide } = await chooseBackbone(resolveOptions(trainOptions, given, facts).values);
  // nothing is trained; scores are measured on crops of one image, each of which costs RN50 a quarter of a second on two cores
  const few = { steps: 1, batchSize: 1, heldOut: 1, levels: 3, ...(trainedSide !== undefined && { crop: trainedSide }) };
  const implied = { by: 'published weights', fixed: {}, defaults: few };
  const { values } = resolveOptions(trainOptions, { ...given, implied }, facts);
  const fusion = fusionOf(values.head, chosenFusion);
  await exportModel({ options: values, fusion }, values.backbone, folder, format);
}

async function exportModel(
  spec: TrainingSpec,
  name: string,
  folder: string,
  { scale, reduction, embedding, device, json }: Format,
  heldOutFolder?: string,
): Promise<void> {
  const progress = startProgress(`Exporting ${name}`);
  const onSkip = (image: string, reason: string): void => progress.note(`skipped ${image}: ${reason}`);
  try {
    await requireNoFile(folder);
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
      embedding,
      heldOutFolder,
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
  } finally {
    progress.stop();
  }
}

/** Undefined where none was given. */
function headOf(given: GivenOptions): HeadName | undefined {
  const { kind, description } = headOptions.head;
  const own = { head: { kind, description } };
  return resolveOptions(own, givenIn(own, given)).values.head;
}

/** The best checkpoint, or the last one of a run that was stopped before its first evaluation. */
function checkpointOf(run: RunFolder): string {
  const path = [run.bestCheckpoint, run.lastCheckpoint].find(existsSync);
  if (path === undefined)
    throw new UserError(`The run ${run.name} has no checkpoint yet. Resume it with: ${commandHint(`train --resume ${run.name}`)}`);
  return path;
}
