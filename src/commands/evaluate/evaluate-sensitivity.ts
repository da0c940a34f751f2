/** `antonym evaluate sensitivity`: how scores of models follow distortions, without any opinion. */
import { join } from 'node:path';
import { originOf } from '../../datasets/dataset-file.js';
import { describeLeftOut } from '../../datasets/left-out.js';
import { openDataset } from '../../datasets/open-dataset.js';
import { parseDistortionPool } from '../../degrade/composition.js';
import { kadid10k } from '../../degrade/kadid10k.js';
import { requireRankable } from '../../degrade/published-severities.js';
import type { NamedModel } from '../../evaluate/evaluate-opinion.js';
import { formatSensitivity } from '../../evaluate/format-sensitivity.js';
import { measureSensitivity } from '../../evaluate/measure-sensitivity.js';
import { type MeasuredSensitivity, writeSensitivity } from '../../evaluate/write-sensitivity.js';
import { minimumSideFor } from '../../pairs/crops.js';
import { describeEnvironment } from '../../support/environment.js';
import { requireFreeFolder } from '../../support/files/atomic-folder.js';
import { jsonLine } from '../../support/json-line.js';
import { text, wholeNumber } from '../../support/options/option-kinds.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../../support/options/option-table.js';
import { printable } from '../../support/printable.js';
import { startProgress } from '../../support/progress.js';
import { defaultDatasetName } from '../../train/options/data-options.js';
import { trainOptions } from '../../train/options.js';
import type { Command } from '../command.js';
import { distortionOption, levelsOption, seedOption, severityOption } from '../degrade/degrade-options.js';
import { closeModels, openModels } from '../open-models.js';
import { excludeOption, jsonOption } from '../shared-options.js';
import { modelOptions } from './model-options.js';
import { writeResults } from './write-results.js';

/** Seed of rendered images: training renders from seeds that people choose, which are small. */
const renderingSeed = 12345;

const options = {
  ...modelOptions,
  data: {
    kind: text('the name of a dataset of datasets.json, or a folder of images'),
    placeholder: 'NAME|FOLDER',
    description: 'images that no model has seen',
    details: `Pristine images. The images of ${defaultDatasetName} are rendered from a seed of their own.`,
    default: defaultDatasetName,
  },
  count: { kind: wholeNumber({ min: 1 }), placeholder: 'IMAGES', description: 'the first images of --data', default: 8 },
  exclude: excludeOption,
  distortion: distortionOption,
  levels: levelsOption,
  severity: severityOption,
  crop: { kind: trainOptions.crop.kind, placeholder: 'PIXELS', description: 'side of the two crops', withoutIt: 'as the models say' },
  seed: seedOption,
  out: {
    kind: text('a folder'),
    placeholder: 'FOLDER',
    description: 'folder to write',
    details: 'Writes sensitivity.json and its chart; without it, into the folder of each model that is a run.',
    withoutIt: 'into each run',
  },
  json: jsonOption,
} satisfies OptionTable;

export const sensitivityCommand: Command = {
  name: 'evaluate sensitivity',
  description:
    'Scores pristine images under every distortion at every level: measures how scores follow its severity, and how alike two overlapping ' +
    'crops score.',
  groups: { Options: options },
  async run(given) {
    await evaluateSensitivity(resolveOptions(options, given).values);
    return undefined;
  },
};

async function evaluateSensitivity(flags: OptionValues<typeof options>): Promise<void> {
  const { data, count, distortion, levels, severity, seed, out, json } = flags;
  const names = distortion === undefined ? kadid10k : parseDistortionPool(distortion);
  requireRankable(names, severity, false);
  if (out !== undefined) await requireFreeFolder(out);
  const progress = startProgress('Scoring');
  let models: readonly NamedModel[] = [];
  try {
    models = await openModels(flags, (notice) => progress.note(notice));
    const crop = flags.crop ?? Math.max(...models.map(({ model }) => model.description.size.recommendedSide));
    const dataset = await openDataset(data, {
      minimumSide: minimumSideFor(crop),
      seed: renderingSeed,
      limit: count,
      ...(flags.exclude && { exclude: flags.exclude }),
    });
    for (const { id, reason } of dataset.skipped) progress.note(`left out: ${id}: ${reason}`);
    for (const line of describeLeftOut(dataset.leftOut)) progress.note(line);
    const { images, name } = dataset;
    const measures = await measureSensitivity(models, images, { distortions: names, levels, crop, seed, severity }, (done, total) =>
      progress.update(done, total, 'images'),
    );
    const { antonym, commit } = await describeEnvironment();
    const measured: MeasuredSensitivity = {
      format: 'antonym-sensitivity-1',
      data: { name, images: images.length, ...originOf(dataset) },
      levels,
      ...(severity !== 'ordered' && { severity }),
      crop,
      seed,
      measures,
      version: antonym,
      ...(commit && { commit }),
    };
    const folders = await writeResults(
      out,
      models,
      (run) => join(run.sensitivities, name),
      (folder, own) => writeSensitivity(folder, own === undefined ? measured : { ...measured, measures: [measures[own]!] }),
    );
    progress.stop();
    for (const folder of folders) process.stderr.write(`Figures and charts are in ${printable(folder)}\n`);
    process.stdout.write(json ? jsonLine(measured) : formatSensitivity(measured));
  } finally {
    progress.stop();
    await closeModels(models);
  }
}
