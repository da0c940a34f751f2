/** `antonym calibrate`: a model's score on the scale of a user's own ratings. */

import { advisedRatings, calibrate, mixedScales } from '../calibrate/calibrate.js';
import { calibratedDescription, writeCalibrated } from '../calibrate/write-calibrated.js';
import { requireMost } from '../evaluate/evaluate-opinion.js';
import { matchImages } from '../evaluate/match-images.js';
import { scoreImages } from '../evaluate/score-images.js';
import { findModel } from '../score/find-model.js';
import { loadModel } from '../score/load-model.js';
import type { Model } from '../score/model.js';
import { extentOf } from '../statistics/extent.js';
import { mapKinds, mapped } from '../statistics/monotonic-map.js';
import { UserError } from '../support/errors.js';
import { requireFreeFolder } from '../support/files/atomic-folder.js';
import { digestOfFile } from '../support/files/file-digest.js';
import { jsonLine } from '../support/json-line.js';
import { oneOf, switched, text } from '../support/options/option-kinds.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../support/options/option-table.js';
import { printable } from '../support/printable.js';
import { startProgress } from '../support/progress.js';
import type { Command } from './command.js';
import { readOpinions, tableOptions } from './evaluate/read-opinions.js';
import { loadOptionsOf } from './open-models.js';
import { exportedModelDevice, jsonOption, maxPixelsOption } from './shared-options.js';

const options = {
  opinion: {
    kind: text('a CSV, JSON or xlsx file, or the name of a benchmark'),
    placeholder: 'FILE|NAME',
    description: 'ratings of your images: columns image and mos',
  },
  model: {
    kind: text('an exported model.onnx, its folder, or the name of a run'),
    placeholder: 'FILE|RUN',
    description: 'model to calibrate',
    withoutIt: 'the model of this program',
  },
  out: { kind: text('a folder'), placeholder: 'FOLDER', description: 'where to write the calibrated model' },
  map: {
    kind: oneOf(['auto', ...mapKinds]),
    placeholder: 'NAME',
    description: 'auto, logistic4, logistic5 or isotonic',
    details: 'From score to opinion, always in the order of the scores; auto takes the one with the least leave-one-out error.',
    default: 'auto',
  },
  ...tableOptions,
  allowMissing: {
    kind: switched(),
    description: 'calibrate although images are lost',
    details: 'Without it, more than a tenth of the images that is not there or cannot be scored is an error.',
    default: false,
  },
  maxPixels: maxPixelsOption,
  ...exportedModelDevice,
  json: jsonOption,
} satisfies OptionTable;

export const calibrateCommand: Command = {
  name: 'calibrate',
  description:
    'Fits a monotonic map from the score of a model to ratings of your own images, and writes a copy of the model with the output opinion. ' +
    '20 rated images are enough. The copy saw opinions, and says so: it is not label-free.',
  groups: { Options: options },
  async run(given) {
    await calibrateModel(resolveOptions(options, given).values);
    return undefined;
  },
};

async function calibrateModel(flags: OptionValues<typeof options>): Promise<void> {
  const { opinion: table, out, map: kind, allowMissing, json } = flags;
  if (table === undefined || out === undefined)
    throw new UserError('Say what to calibrate with and where to write: --opinion FILE --out FOLDER.');
  await requireFreeFolder(out);
  const { path } = await findModel(flags.model);
  const opinions = await readOpinions(table, flags);
  const progress = startProgress('Scoring');
  let model: Model | undefined;
  try {
    model = await loadModel(
      path,
      loadOptionsOf(flags, (notice) => progress.note(notice)),
    );
    if (model.description.trainedOpinions)
      throw new UserError(`${path} saw opinions already, and gives opinions on their scale: calibrate a label-free model.`);
    if (model.description.opinion) throw new UserError(`${path} is calibrated already: calibrate the model that it was made from.`);
    const { found, missing } = await matchImages(opinions.folder, opinions.rated, opinions.tableFolder);
    const total = found.length + missing.length;
    const { images, scores, unusable } = await scoreImages(found, [model], (done, count) => progress.update(done, count, 'images'));
    const lost = [...missing, ...unusable.map(({ image }) => image)];
    if (!allowMissing) requireMost(total, lost, 'not there or cannot be scored');
    if (lost.length > 0)
      progress.note(`${lost.length} of ${total} rated images are not there or cannot be scored, for example ${lost[0]}.`);
    const rated = images.map(({ opinion }) => opinion);
    const mixed = mixedScales(rated);
    if (mixed !== undefined) progress.note(mixed);
    // as the file gives them
    const own = scores[0]!.map(Math.fround);
    const { map, leftOut, leaveOneOut } = calibrate(own, rated, opinions.direction === 'lower is better', kind);
    if (images.length < advisedRatings)
      progress.note(`${images.length} ratings are few: the error below is itself uncertain. ${advisedRatings} are advised.`);
    if (leaveOneOut.rmse >= leaveOneOut.rmseOfMean) progress.note('The calibrated score is no better than predicting the mean opinion.');
    const description = calibratedDescription(model.description, {
      name: opinions.name,
      images: images.length,
      direction: opinions.direction,
      range: extentOf(rated),
      map,
      leaveOneOut,
      model: await digestOfFile(path),
    });
    const rows = [];
    for (const [index, { image, opinion, path: file }] of images.entries())
      rows.push({ image, sha256: await digestOfFile(file), opinion, score: own[index]!, leftOut: leftOut[index]! });
    await writeCalibrated(out, path, description, { format: 'antonym-calibration-1', images: rows });
    progress.stop();
    const ends = [0, 0.5, 1].map((score) => `${score} is ${mapped(map, score).toPrecision(3)}`).join(', ');
    const lines = [
      `${out}: saw ${images.length} opinions of ${opinions.name}, ${opinions.direction}; map ${map.kind} (a score of ${ends})`,
      `leave-one-out: RMSE ${leaveOneOut.rmse.toPrecision(3)} (predicting the mean: ${leaveOneOut.rmseOfMean.toPrecision(3)}), SRCC ${leaveOneOut.srcc?.toFixed(3) ?? '-'}`,
    ];
    process.stdout.write(json ? jsonLine({ folder: out, ...description.opinion }) : `${lines.map(printable).join('\n')}\n`);
  } finally {
    progress.stop();
    await model?.close();
  }
}
