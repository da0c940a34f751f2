/** `antonym compare`: whether a change of a pipeline made pictures worse, for a person and for continuous integration. */

import { join } from 'node:path';
import { type ComparisonBootstrap, summarizeComparison } from '../../compare/comparison.js';
import { type ComparedVariant, type ComparisonResult, variantOf } from '../../compare/comparison-result.js';
import { parseEncoders } from '../../compare/encoders.js';
import { type MatchedPictures, matchPictures, type PicturePair } from '../../compare/match-pictures.js';
import { reasonChanges } from '../../compare/reason-changes.js';
import { scorePairs } from '../../compare/score-pairs.js';
import type { FileReference } from '../../datasets/image-reference.js';
import { describeLeftOut } from '../../datasets/left-out.js';
import type { NamedModel } from '../../evaluate/evaluate-opinion.js';
import { requireDegradations } from '../../score/require-degradations.js';
import { counted, noneCan } from '../../support/counted.js';
import { asSentence, UserError } from '../../support/errors.js';
import { requireFreeFolder } from '../../support/files/atomic-folder.js';
import { fileError } from '../../support/files/file-errors.js';
import { readRegularText } from '../../support/files/regular-file.js';
import { openScratch } from '../../support/files/scratch-folder.js';
import { jsonLine } from '../../support/json-line.js';
import { number, switched, text, wholeNumber } from '../../support/options/option-kinds.js';
import { givenIn, type OptionTable, resolveOptions } from '../../support/options/option-table.js';
import { type Progress, startProgress } from '../../support/progress.js';
import type { Command } from '../command.js';
import { closeModels, openModels } from '../open-models.js';
import { exportedModelDevice, jsonOption, maxPixelsOption } from '../shared-options.js';
import { encodePictures } from './encode-pictures.js';
import { formatComparison } from './format-comparison.js';
import { isFile, listPictures } from './list-pictures.js';
import { writeComparison } from './write-comparison.js';

const modelOptions = {
  model: {
    kind: text('an exported model.onnx, its folder, or the name of a run'),
    placeholder: 'FILE|RUN',
    description: 'the model that scores',
    withoutIt: 'the model of this program',
  },
  maxPixels: maxPixelsOption,
} satisfies OptionTable;

const comparisonOptions = {
  encoders: {
    kind: text('a JSON file of encoders'),
    placeholder: 'FILE',
    description: 'compare encoders on the pictures of BEFORE',
    withoutIt: 'none',
    details:
      'A JSON file such as {"encoders": [{"name": "avif q50", "series": "avif", "command": ["avifenc", "-q", "50", "{input}", "{output}"], ' +
      '"extension": ".avif"}]}. Each command runs once for each picture, without a shell.',
  },
  why: {
    kind: switched(),
    description: 'say what made pictures worse',
    details:
      'How much stronger each group of distortions became, such as blur or compression. The model must say what is wrong with a picture: see score --why.',
    default: false,
  },
  failBelow: {
    kind: number({ min: -1, max: 1 }),
    placeholder: 'NUMBER',
    description: 'exit with 1 if pictures got worse by more',
    withoutIt: 'never',
    details:
      'Exit with code 1 if the whole 95 % interval of the mean difference of scores lies below this number, such as -0.02: a loss that chance explains does not fail.',
  },
  resamples: {
    kind: wholeNumber({ min: 100, max: 100_000 }),
    placeholder: 'N',
    description: 'bootstrap resamples of the intervals',
    default: 2000,
  },
  seed: { kind: wholeNumber({ min: 0 }), placeholder: 'N', description: 'seed of the resamples', default: 0 },
} satisfies OptionTable;

const outputOptions = {
  out: {
    kind: text('a folder'),
    placeholder: 'FOLDER',
    description: 'page, JSON, CSV and JUnit XML',
    withoutIt: 'nothing is written',
    details: 'A new folder for index.html (one self-contained page), comparison.json, pictures.csv and junit.xml.',
  },
  json: jsonOption,
} satisfies OptionTable;

const options = { ...modelOptions, ...comparisonOptions, ...exportedModelDevice, ...outputOptions };
type Options = ReturnType<typeof resolve>;

export const compareCommand: Command = {
  name: 'compare',
  description:
    'Scores two folders of pictures, matched by relative path, and says whether the second is worse: mean and median difference with intervals, ' +
    "Wilcoxon's signed-rank test, and the pictures that lost most. BEFORE and AFTER may also be two pictures, or two .txt files of paths, a line each. " +
    'With --encoders, BEFORE alone is given, and each encoder is compared with it.',
  operand: { placeholder: 'PATH...', description: 'BEFORE AFTER; only BEFORE with --encoders' },
  groups: { Comparison: comparisonOptions, Model: modelOptions, Device: exportedModelDevice, Output: outputOptions },
  async run(given, operands) {
    const values = resolve(given);
    if (values.out !== undefined) await requireFreeFolder(values.out);
    const result = await compare(operands, values);
    process.stdout.write(values.json ? jsonLine(result) : formatComparison(result));
    return result.variants.some(({ limit }) => limit?.failed) ? 1 : undefined;
  },
};

function resolve(given: Parameters<Command['run']>[0]) {
  return resolveOptions(options, givenIn(options, given)).values;
}

async function compare(operands: readonly string[], values: Options): Promise<ComparisonResult> {
  const [before, after, ...more] = operands;
  if (values.encoders === undefined && (after === undefined || more.length > 0)) {
    throw new UserError(`Give two folders, BEFORE and AFTER, but received ${operands.length}; or one with --encoders FILE.`);
  }
  if (values.encoders !== undefined && after !== undefined) {
    throw new UserError('With --encoders, give the folder of the pictures alone: the encoders make what is compared with it.');
  }
  const progress = startProgress('Comparing');
  // for the encoders alone
  const encoded = values.encoders === undefined ? undefined : await openScratch('compare');
  let models: readonly NamedModel[] = [];
  try {
    const { model, maxPixels, device, providerOptions } = values;
    const flags = {
      device,
      providerOptions,
      ...(model !== undefined && { model: [model] }),
      ...(maxPixels !== undefined && { maxPixels }),
    };
    models = await openModels(flags, (notice) => progress.note(notice));
    const [named] = models;
    if (values.why) requireDegradations(named!.model.description);
    const found =
      values.encoders === undefined || encoded === undefined
        ? await twoFolders(before!, after!, progress)
        : await encodedVariants(before!, values.encoders, encoded.path, progress);
    const variants: ComparedVariant[] = [];
    for (const variant of found.variants) variants.push(await compareVariant(variant, named!, values, progress));
    const result: ComparisonResult = {
      format: 'antonym-comparison-1',
      model: { name: named!.name, sha256: named!.sha256 },
      before: before!,
      variants,
      onlyBefore: found.onlyBefore,
      onlyAfter: found.onlyAfter,
      bootstrap: bootstrapOf(values),
    };
    if (values.out !== undefined) await writeComparison(values.out, result);
    progress.stop();
    return result;
  } finally {
    progress.stop();
    await closeModels(models);
    await encoded?.remove();
  }
}

interface Variants extends Pick<MatchedPictures, 'onlyBefore' | 'onlyAfter'> {
  readonly variants: readonly {
    readonly name: string;
    readonly series: string;
    readonly pairs: readonly PicturePair[];
    /** Pictures that the encoder failed on. */
    readonly failed: ComparedVariant['unusable'];
  }[];
}

async function twoFolders(before: string, after: string, progress: Progress): Promise<Variants> {
  const [first, second] = [await list(before, progress), await list(after, progress)];
  const matched = (await isFile(before)) && (await isFile(after)) ? linePairs(before, first, after, second) : matchPictures(first, second);
  if (matched.pairs.length === 0) throw new UserError(`No picture of ${before} has a partner of the same name in ${after}.`);
  return { variants: [{ name: after, series: after, pairs: matched.pairs, failed: [] }], ...matched };
}

/** The pictures of a path; what its listing left out is noted. */
async function list(path: string, progress: Progress): Promise<readonly FileReference[]> {
  const { files, leftOut } = await listPictures(path);
  for (const line of describeLeftOut(leftOut, `${path}: `)) progress.note(line);
  return files;
}

/** Two lists of paths are matched line by line, two files with each other. */
function linePairs(before: string, first: readonly FileReference[], after: string, second: readonly FileReference[]): MatchedPictures {
  if (first.length !== second.length) {
    throw new UserError(
      `The two lists must be equally long, but ${before} has ${counted(first.length, 'picture')} and ${after} has ${second.length}.`,
    );
  }
  const pairs = first.map((file, index) => ({ name: file.id, before: file.path, after: second[index]!.path }));
  return { pairs, onlyBefore: [], onlyAfter: [] };
}

async function encodedVariants(before: string, path: string, folder: string, progress: Progress): Promise<Variants> {
  const content = await readRegularText(path).catch((error) => {
    throw fileError('read', path, error);
  });
  const encoders = parseEncoders(content, path);
  const pictures = await list(before, progress);
  const variants: Variants['variants'][number][] = [];
  for (const [index, encoder] of encoders.entries()) {
    const { pairs, failed } = await encodePictures(encoder, pictures, join(folder, String(index)), (done) =>
      progress.update(index * pictures.length + done, encoders.length * pictures.length, 'pictures encoded'),
    );
    if (pairs.length === 0) throw new UserError(failed[0]!.reason);
    variants.push({ name: encoder.name, series: encoder.series, pairs, failed });
  }
  return { variants, onlyBefore: [], onlyAfter: [] };
}

async function compareVariant(
  { name, series, pairs, failed }: Variants['variants'][number],
  { model }: NamedModel,
  values: Options,
  progress: Progress,
): Promise<ComparedVariant> {
  const { compared, unusable } = await scorePairs(pairs, model, {
    degradations: values.why,
    onPair: (done) => progress.update(done, pairs.length, 'pairs'),
  });
  const left = [...failed, ...unusable];
  for (const { name: file, reason } of left) progress.note(`left out: ${file}: ${reason}`);
  if (compared.length === 0) throw new UserError(`${noneCan(pairs.length, 'pair')} be scored: ${asSentence(left[0]!.reason)}`);
  const about = { name, series, ...(values.failBelow !== undefined && { failBelow: values.failBelow }) };
  const { degradations } = model.description;
  const reasons = values.why && degradations ? reasonChanges(compared, degradations, bootstrapOf(values)) : undefined;
  return variantOf(about, compared, left, summarizeComparison(compared, bootstrapOf(values)), reasons);
}

function bootstrapOf({ resamples, seed }: Options): ComparisonBootstrap {
  return { resamples, seed, confidence: 0.95 };
}
