/** `antonym score`: scores photographs with an exported model. */

import { existsSync } from 'node:fs';
import { expandPaths } from '../datasets/expand-paths.js';
import { describeLeftOut } from '../datasets/left-out.js';
import { findNearDuplicates } from '../datasets/pristine/find-near-duplicates.js';
import { readTarImages, type TarImage } from '../datasets/tar-images.js';
import { opinionsSeen } from '../export/opinions-seen.js';
import { rawPreview } from '../images/raw-preview.js';
import { readingFault } from '../score/errors.js';
import { findModel } from '../score/find-model.js';
import { groupResults } from '../score/group-results.js';
import type { ImageInput } from '../score/image-input.js';
import { likenessOf } from '../score/likeness.js';
import { loadModel, type Model } from '../score/load-model.js';
import { opinionMapOf } from '../score/opinion-map.js';
import { openScoreCache, type ScoreCache } from '../score/score-cache.js';
import { UserError } from '../support/errors.js';
import { systemReason } from '../support/files/file-errors.js';
import { oneOf, part, switched, text } from '../support/options/option-kinds.js';
import { givenIn, type OptionTable, type OptionValues, resolveOptions } from '../support/options/option-table.js';
import { printable } from '../support/printable.js';
import { startProgress } from '../support/progress.js';
import type { Command } from './command.js';
import { loadOptionsOf } from './open-models.js';
import { type Scored, scoreOutputs } from './score-output.js';
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
  raw: {
    kind: oneOf(['refuse', 'preview']),
    placeholder: 'refuse|preview',
    description: 'camera raw: refuse it, or take its preview',
    details: 'preview: the JPEG of full size that the camera put into the file is scored, with its sharpening and compression.',
    default: 'refuse',
    reason: 'a preview is not the photograph',
  },
  maxPixels: maxPixelsOption,
  ...exportedModelDevice,
  null: {
    kind: switched(),
    short: '-0',
    description: 'paths on standard input end with NUL',
    details: 'As find -print0 and git ls-files -z write them: find . -name "*.jpg" -print0 | antonym score -0 -',
    default: false,
  },
  meaning: {
    kind: switched(),
    description: 'say what each score is like',
    details:
      'The severity level whose held-out crops score most alike, such as "like pristine" or "like level 3 of 5", and with --json or --csv the ' +
      'percentile among pristine crops, 5 to 95. From the scores in model.json.',
    default: false,
  },
  groups: {
    kind: switched(),
    description: 'put photographs that nearly repeat together',
    details:
      'Bursts, copies and reduced versions become groups, the best of each first and the others below it; --json and --csv have the number of the ' +
      'group. Results are printed at the end.',
    default: false,
  },
  cache: {
    kind: switched(),
    description: 'score only files that are new or changed',
    details:
      "Scores are kept in the user's cache folder by the model and by path, size, time and content of the files: a call that was interrupted resumes " +
      'where it stopped, and files that were moved are known.',
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
    details:
      'The columns are image, score, opinion (of a calibrated model), error and code (of an image that cannot be scored); with --meaning level and ' +
      'percentile, too.',
    default: false,
  },
} satisfies OptionTable;

/** Options of lists that are scored in parts: `score-parts.ts`. */
const partOptions = {
  list: {
    kind: text('a file of paths, or -'),
    placeholder: 'FILE',
    description: 'score the images of a list, into --out',
    details:
      'A path a line: of an image, or of a tar archive of images, as WebDataset and img2dataset write them. - reads standard input. The list may be ' +
      'of any length.',
  },
  shard: {
    kind: part(),
    placeholder: 'I/N',
    description: 'only part I of N of the list',
    details: 'auto/N in an array of jobs: the number of the task.',
  },
  out: {
    kind: text('a folder'),
    placeholder: 'FOLDER',
    description: 'folder of the scores of a list',
    details: 'A file for each part, with a JSON object per image. A part that was stopped continues when the command is repeated.',
  },
  status: { kind: switched(), description: 'say which parts in --out are whole', default: false },
  merge: { kind: switched(), description: 'join the parts in --out, if all are whole', default: false },
} satisfies OptionTable;

/** Beside 0 for no failure, and 1 for a command that could not begin. */
const exitCodes = { someFailed: 2, allFailed: 3 };

/** True for flags that are about parts of a list. */
function isAboutParts({ list, shard, out, status, merge }: OptionValues<typeof partOptions>): boolean {
  return list !== undefined || shard !== undefined || out !== undefined || status || merge;
}

export const scoreCommand: Command = {
  name: 'score',
  summary: 'score photographs with an exported model',
  description:
    'Scores photographs, 0..1, higher is better, and lists them from best to worst. Folders are read recursively. ' +
    'The exit code is 0 if all were scored, 2 if some were, 3 if none was, and 1 if the command could not begin.',
  operand: {
    placeholder: 'PATH...',
    isOptional: true,
    description:
      'image files, folders of images, tar archives (WebDataset shards) and patterns; - for an image or a list of paths from standard input',
  },
  groups: { Options: options, 'Lists in parts': partOptions },
  async run(given, paths) {
    const parts = resolveOptions(partOptions, givenIn(partOptions, given)).values;
    const own = givenIn(options, given);
    if (isAboutParts(parts)) {
      const unused = ['raw', 'meaning', 'groups', 'cache'].find(
        (key) => own.flags[key] !== undefined || own.file?.values[key] !== undefined,
      );
      if (unused !== undefined) throw new UserError(`--${unused} is for images given as paths: leave it out with --list.`);
      const { scoreParts } = await import('./score-parts.js');
      return scoreParts({ ...resolveOptions(options, own).values, ...parts }, paths);
    }
    if (paths.length === 0) throw new UserError('PATH... is missing: --help says what to give.');
    const { scored, failed } = await scorePaths(paths, resolveOptions(options, own).values);
    return failed === 0 ? undefined : scored > 0 ? exitCodes.someFailed : exitCodes.allFailed;
  },
};

/** What is scored for each path: standard input for `-`, the preview of a raw file, else the file. */
async function* inputsOf(
  paths: readonly string[],
  { content, takesPreviews }: { readonly content: Uint8Array | undefined; readonly takesPreviews: boolean },
): AsyncGenerator<ImageInput> {
  let members: AsyncGenerator<TarImage> | undefined;
  let opened: string | undefined;
  for (const path of paths) {
    const archive = /^(.*?\.tar)\/./is.exec(path)?.[1];
    if (archive !== undefined && !existsSync(path)) {
      if (archive !== opened) [members, opened] = [readTarImages(archive), archive];
      // both lists are in the order of the archive
      for (let next = await members!.next(); !next.done; next = await members!.next()) {
        if (next.value.path !== path) continue;
        yield next.value.data;
        break;
      }
      continue;
    }
    // one that has none is refused with the reason when it is read as a file
    const preview = takesPreviews && path !== '-' ? await rawPreview(path).catch(() => undefined) : undefined;
    yield path === '-' ? (content ?? path) : (preview ?? path);
  }
}

/** A cache that cannot be written is said, and fails nothing. */
async function saveCache(cache: ScoreCache | undefined): Promise<void> {
  try {
    await cache?.save();
  } catch (error) {
    process.stderr.write(`warning: the scores could not be kept in ${cache?.path}: ${systemReason(error)}\n`);
  }
}

/** @returns how many images were scored, and how many could not be. */
async function scorePaths(
  paths: readonly string[],
  {
    model,
    exclude,
    raw,
    maxPixels,
    json,
    csv,
    null: isNull,
    quiet,
    meaning,
    groups,
    cache: isCached,
    ...device
  }: OptionValues<typeof options>,
): Promise<{ readonly scored: number; readonly failed: number }> {
  if (json && csv) throw new UserError('--json and --csv exclude each other: give one of them.');
  if (isNull && !paths.includes('-')) throw new UserError('--null is about standard input: give - as a path, too.');
  const output = scoreOutputs[json ? 'json' : csv ? 'csv' : 'table']({ meaning, groups });
  const { path: modelPath } = await findModel(model);
  const piped = paths.includes('-') ? await readStandardInput(isNull) : undefined;
  const given = paths.flatMap((path) => (path !== '-' || piped === undefined ? [path] : 'paths' in piped ? piped.paths : []));
  const {
    files: found,
    leftOut,
    failed: missing,
  } = await expandPaths(given, { ...(exclude && { exclude }), withRaw: raw === 'preview', withArchives: true });
  const content = piped !== undefined && 'content' in piped ? piped.content : undefined;
  const files = [...(content === undefined ? [] : ['-']), ...found.map(({ path }) => path)];
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
  let cache: ScoreCache | undefined;
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
    const { description } = opened;
    const print = (result: Scored): void => {
      const text = output.scored(result);
      if (text !== '') aside(() => process.stdout.write(text));
    };
    const results: Scored[] = [];
    const show = (image: string, score: number): void => {
      done++;
      const likeness = meaning ? likenessOf(score, description) : undefined;
      const result = { image, score, ...(opinion && { opinion: opinion.of(score) }), ...(likeness && { likeness }) };
      if (groups) results.push(result);
      else print(result);
    };
    if (meaning && description.scorePercentiles.length < 2)
      progress?.note('model.json has no scores of crops: what a score means is not known');
    cache = isCached ? await openScoreCache(modelPath, maxPixels) : undefined;
    const known: (number | undefined)[] = [];
    if (cache) for (const image of files) known.push(image === '-' ? undefined : await cache.find(image));
    let next = 0;
    const showKnown = (end: number): void => {
      for (; next < end; next++) if (known[next] !== undefined) show(files[next]!, known[next]!);
    };
    const places = files.flatMap((_, place) => (known[place] === undefined ? [place] : []));
    if (cache) progress?.note(`${files.length - places.length} of ${files.length} scores are kept from before`);
    const inputs = inputsOf(
      places.map((place) => files[place]!),
      { content, takesPreviews: raw === 'preview' },
    );
    for await (const { index, score, error } of opened.scoreEach(inputs)) {
      const place = places[index]!;
      const image = files[place]!;
      if (!hasReader) break;
      showKnown(place);
      next = place + 1;
      if (error) {
        failed++;
        aside(() => tell({ path: image, error }));
        continue;
      }
      show(image, score);
      await cache?.keep(image, score);
      if (files.length > 1) progress?.update(next, files.length);
    }
    if (hasReader) showKnown(files.length);
    if (groups) {
      const scored = results.map(({ image }) => ({ kind: 'file', id: image, path: image }) as const);
      const repeated = await findNearDuplicates(scored.filter(({ id }) => id !== '-'));
      const ordered = groupResults(
        results,
        repeated.map((group) => group.map(({ id }) => id)),
      );
      for (const result of ordered) print(result);
    }
  } finally {
    progress?.stop();
    await opened?.close();
    await saveCache(cache);
  }
  process.stdout.write(output.end());
  return { scored: done, failed };
}
