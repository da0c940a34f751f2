/** `antonym score`: scores photographs with an exported model. */
import { expandPaths } from '../datasets/expand-paths.js';
import { describeLeftOut } from '../datasets/left-out.js';
import { opinionsSeen } from '../export/opinions-seen.js';
import { readingFault } from '../score/errors.js';
import { findModel } from '../score/find-model.js';
import { loadModel, type Model } from '../score/load-model.js';
import { opinionMapOf } from '../score/opinion-map.js';
import { UserError } from '../support/errors.js';
import { switched, text } from '../support/options/option-kinds.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../support/options/option-table.js';
import { printable } from '../support/printable.js';
import { startProgress } from '../support/progress.js';
import type { Command } from './command.js';
import { loadOptionsOf } from './open-models.js';
import { scoreOutputs } from './score-output.js';
import { excludeOption, exportedModelDevice, jsonOption, maxPixelsOption } from './shared-options.js';
import { readStandardInput } from './standard-input.js';

const options = {
  model: {
    kind: text('an exported model.onnx, its folder, or the name of a run'),
    placeholder: 'FILE|RUN',
    description: 'model to score with',
    withoutIt: 'the model of this program',
  },
  exclude: excludeOption,
  maxPixels: maxPixelsOption,
  ...exportedModelDevice,
  null: {
    kind: switched(),
    short: '-0',
    description: 'paths on standard input end with NUL',
    details: 'As find -print0 and git ls-files -z write them: find . -name "*.jpg" -print0 | antonym score -0 -',
    default: false,
  },
  quiet: { kind: switched(), description: 'print neither progress nor notes', default: false },
  json: {
    ...jsonOption,
    description: 'print a JSON object per image, in the order given',
    details: 'One that cannot be scored has "error" and "code" in the place of "score"; docs/library.md lists the codes.',
  },
  csv: {
    kind: switched(),
    description: 'print a row of CSV per image, in the order given',
    details: 'The columns are image, score, opinion (of a calibrated model), error and code (of an image that cannot be scored).',
    default: false,
  },
} satisfies OptionTable;

/** Beside 0 for no failure, and 1 for a command that could not begin. */
const exitCodes = { someFailed: 2, allFailed: 3 };

export const scoreCommand: Command = {
  name: 'score',
  summary: 'score photographs with an exported model',
  description:
    'Scores photographs, 0..1, higher is better, and lists them from best to worst. Folders are read recursively. ' +
    'The exit code is 0 if all were scored, 2 if some were, 3 if none was, and 1 if the command could not begin.',
  operand: {
    placeholder: 'PATH...',
    description: 'image files, folders of images and patterns; - for an image or a list of paths from standard input',
  },
  groups: { Options: options },
  async run(given, paths) {
    const { scored, failed } = await scorePaths(paths, resolveOptions(options, given).values);
    return failed === 0 ? undefined : scored > 0 ? exitCodes.someFailed : exitCodes.allFailed;
  },
};

/** @returns how many images were scored, and how many could not be. */
async function scorePaths(
  paths: readonly string[],
  { model, exclude, maxPixels, json, csv, null: isNull, quiet, ...device }: OptionValues<typeof options>,
): Promise<{ readonly scored: number; readonly failed: number }> {
  if (json && csv) throw new UserError('--json and --csv exclude each other: give one of them.');
  if (isNull && !paths.includes('-')) throw new UserError('--null is about standard input: give - as a path, too.');
  const output = scoreOutputs[json ? 'json' : csv ? 'csv' : 'table']();
  const { path: modelPath } = await findModel(model);
  const piped = paths.includes('-') ? await readStandardInput(isNull) : undefined;
  const given = paths.flatMap((path) => (path !== '-' || piped === undefined ? [path] : 'paths' in piped ? piped.paths : []));
  const { files: found, leftOut, failed: missing } = await expandPaths(given, { ...(exclude && { exclude }) });
  const content = piped !== undefined && 'content' in piped ? piped.content : undefined;
  const files = content === undefined ? found : ['-', ...found];
  const tell = ({ path, error }: { readonly path: string; readonly error: Error }): void => {
    process.stderr.write(`error: ${printable(error.message.includes(path) ? error.message : `${path}: ${error.message}`)}\n`);
    process.stdout.write(output.unscored({ image: path, error: error.message, code: readingFault(error) }));
  };
  for (const one of missing) tell(one);
  const remarks = describeLeftOut(leftOut);
  if (!quiet) for (const line of remarks) process.stderr.write(`${printable(line)}\n`);
  if (remarks.length > 0) process.stdout.write(output.leftOut(leftOut));
  if (files.length === 0) return { scored: 0, failed: missing.length };
  const progress = quiet ? undefined : startProgress('Scoring');
  const aside = (write: () => void): void => (progress ? progress.aside(write) : write());
  let opened: Model | undefined;
  let [done, failed] = [0, missing.length];
  let hasReader = true;
  process.stdout.once('error', () => {
    hasReader = false;
  });
  try {
    opened = await loadModel(
      modelPath,
      loadOptionsOf({ ...device, maxPixels }, (notice) => progress?.note(notice)),
    );
    const opinion = opinionMapOf(opened.description);
    const seen = opinionsSeen(opened.description);
    if (seen !== undefined)
      progress?.note(`The model ${seen}${opinion ? ` of ${opinion.name}: score, then opinion (${opinion.direction})` : ''}`);
    const inputs = files.map((image) => (image === '-' ? (content ?? image) : image));
    for await (const { index, score, error } of opened.scoreEach(inputs)) {
      const image = files[index]!;
      if (!hasReader) break;
      if (error) {
        failed++;
        aside(() => tell({ path: image, error }));
        continue;
      }
      done++;
      const text = output.scored({ image, score, ...(opinion && { opinion: opinion.of(score) }) });
      if (text !== '') aside(() => process.stdout.write(text));
      if (files.length > 1) progress?.update(index + 1, files.length);
    }
  } finally {
    progress?.stop();
    await opened?.close();
  }
  process.stdout.write(output.end());
  return { scored: done, failed };
}
