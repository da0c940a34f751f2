/** A run, or published weights, to the ONNX file: what `antonym export` does once its options are read. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { exportRun } from '../export/export-run.js';
import { measureSetup } from '../export/measurement.js';
import { openComparedImages } from '../export/precision/compared-images.js';
import { precisionTable } from '../export/precision/precision-table.js';
import type { ReducedPrecision } from '../export/precision/precisions.js';
import type { HeadName } from '../heads/table.js';
import { openRun, type RunFolder, readRun, runsFolder } from '../runs/run-directory.js';
import { chooseDevice, type DeviceFlags } from '../runtime/devices/choose-device.js';
import { commandHint } from '../support/command-hint.js';
import { UserError } from '../support/errors.js';
import { requireNoFile } from '../support/files/atomic-folder.js';
import { jsonLine } from '../support/json-line.js';
import { type GivenOptions, givenIn, resolveOptions } from '../support/options/option-table.js';
import { pathLine } from '../support/path-line.js';
import { startProgress } from '../support/progress.js';
import { chooseBackbone } from '../train/choose-backbone.js';
import { noOpinions } from '../train/options/opinion-options.js';
import { trainOptions } from '../train/options.js';
import { optionsOfRun } from '../train/stored-options.js';
import { setUpTraining, type TrainingSpec } from '../train/training-setup.js';
import { requireUseful } from '../train/useless-options.js';
import { fusionOf, fusionOptions } from './fusion-options.js';
import { openOpinions } from './train/open-opinions.js';
import { watchWeights } from './watch-weights.js';

/** The options of the export and of its printed result. */
export interface ExportFormat {
  /** Undefined: fitted. */
  readonly scale: number | undefined;
  readonly reduction?: { readonly precision: ReducedPrecision; readonly data: string | undefined; readonly force: boolean };
  readonly embedding: boolean;
  /** True when the file says what is wrong with an image; undefined: as the options of the run say. */
  readonly degradations: 'on' | 'off' | undefined;
  /** Device that proves the file. */
  readonly device: DeviceFlags;
  readonly json: boolean;
}

/**
 * Exports the best checkpoint of a run.
 * @param out default: the run's own folder.
 * @param chosenHead options of another head than the run's.
 */
export async function exportFinished(name: string, out: string | undefined, chosenHead: GivenOptions, format: ExportFormat): Promise<void> {
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

/**
 * Exports published weights, without training.
 * @param given of `trainOptions`: the encoder, its weights, the head.
 * @param chosenFusion of `fusionOptions`.
 */
export async function exportPublished(
  given: GivenOptions,
  chosenFusion: GivenOptions,
  folder: string,
  format: ExportFormat,
): Promise<void> {
  const facts = { cores: availableParallelism() };
  const { trainedSide } = await chooseBackbone(resolveOptions(trainOptions, given, facts).values);
  // nothing is trained; scores are measured on crops of one image, each of which costs RN50 a quarter of a second on two cores
  const few = { steps: 1, batchSize: 1, heldOut: 1, levels: 3, ...(trainedSide !== undefined && { crop: trainedSide }) };
  const implied = { by: 'published weights', fixed: {}, defaults: few };
  const { values } = resolveOptions(trainOptions, { ...given, implied }, facts);
  requireUseful(values, given, false);
  const fusion = fusionOf(values.head, chosenFusion);
  await exportModel({ options: values, fusion }, values.backbone, folder, format);
}

async function exportModel(
  spec: TrainingSpec,
  name: string,
  folder: string,
  { scale, reduction, embedding, degradations, device, json }: ExportFormat,
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
      degradations: (degradations ?? spec.options.degradations) === 'on',
      onDegradations: (done, total) => progress.update(done, total, 'photographs, to say what is wrong with others'),
      onNotice: (notice) => progress.note(notice),
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
    process.stdout.write(json ? jsonLine({ model, description, parity }) : pathLine(model));
  } finally {
    progress.stop();
  }
}

/** Undefined where none was given. */
function headOf(given: GivenOptions): HeadName | undefined {
  const { kind, description } = trainOptions.head;
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
