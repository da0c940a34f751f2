/** `antonym evaluate opinion`: models beside each other, and the baseline, against human opinion. */
import { join } from 'node:path';
import { describeLeftOut } from '../../datasets/left-out.js';
import { type EvaluatedOpinion, evaluateOpinion, type NamedModel } from '../../evaluate/evaluate-opinion.js';
import { formatEvaluation } from '../../evaluate/format-evaluation.js';
import { writeEvaluation } from '../../evaluate/write-evaluation.js';
import { UserError } from '../../support/errors.js';
import { requireFreeFolder } from '../../support/files/atomic-folder.js';
import { oneOf, switched, text, wholeNumber } from '../../support/options/option-kinds.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../../support/options/option-table.js';
import { printable } from '../../support/printable.js';
import { startProgress } from '../../support/progress.js';
import type { Command } from '../command.js';
import { closeModels, openModels } from '../open-models.js';
import { jsonOption } from '../shared-options.js';
import { modelOptions } from './model-options.js';
import { readOpinions, tableOptions } from './read-opinions.js';
import { writeResults } from './write-results.js';

const confidence = 0.95;
/** Names shown of a list that may be long. */
const shownNames = 3;

const options = {
  ...modelOptions,
  ...tableOptions,
  allowMissing: {
    kind: switched(),
    description: 'measure although images are lost',
    details: 'Without it, an evaluation ends where more than a tenth of the images is not there or cannot be scored.',
    default: false,
  },
  protocol: {
    kind: oneOf(['own', 'paper']),
    placeholder: 'own|paper',
    description: "paper: MA-CLIP's resizing and fit, too",
    details:
      'Images of SPAQ become 448x448 and those of AGIQA-1k 224x224 (datasets.json), and SRCC, PLCC and RMSE of values fitted by a logistic curve of five ' +
      'parameters stand below the usual ones.',
    default: 'own',
  },
  resamples: {
    kind: wholeNumber({ min: 100, max: 100_000 }),
    placeholder: 'N',
    description: 'resamples of images',
    details: 'Bootstrap resamples, from which the 95 % intervals follow.',
    default: 1000,
  },
  seed: { kind: wholeNumber({ min: 0 }), placeholder: 'N', description: 'seed of the resamples', default: 1 },
  out: {
    kind: text('a folder'),
    placeholder: 'FOLDER',
    description: 'folder to write',
    details:
      'Writes evaluation.json, the score of every image, scatter plots and the images that are misjudged most; without it, into ' +
      'runs/NAME/evaluation/BENCHMARK of each model that is a run.',
    withoutIt: 'into each run',
  },
  json: jsonOption,
} satisfies OptionTable;
type Options = OptionValues<typeof options>;

export const opinionCommand: Command = {
  name: 'evaluate opinion',
  summary: 'measure how well scores agree with mean opinions of people',
  description:
    'Measures how well the scores of exported models agree with the mean opinions of people: Spearman (SRCC), Kendall (KRCC), Pearson ' +
    '(PLCC) and root mean square error (RMSE) after a logistic fit, with 95 % bootstrap intervals, beside the log variance of the ' +
    'Laplacian. Opinions are for measuring, never for training or choosing.',
  operand: {
    placeholder: 'NAME|CSV',
    description: 'a downloaded benchmark of datasets.json, or a CSV or xlsx file with the columns image and mos',
    isOptional: true,
  },
  groups: { Options: options },
  async run(given, [opinion]) {
    await evaluateOpinions(opinion, resolveOptions(options, given).values);
    return undefined;
  },
};

async function evaluateOpinions(opinion: string | undefined, flags: Options): Promise<void> {
  const { out, resamples, seed, json } = flags;
  if (opinion === undefined)
    throw new UserError(
      'Say whose opinions: evaluate opinion NAME of a benchmark, or FILE.csv with the columns image and mos; or use evaluate sensitivity.',
    );
  if (out !== undefined) await requireFreeFolder(out);
  const opinions = await readOpinions(opinion, flags);
  const progress = startProgress('Scoring');
  let models: readonly NamedModel[] = [];
  try {
    models = await openModels(flags, (notice) => progress.note(notice));
    const evaluated = await evaluateOpinion(
      opinions,
      models,
      { resamples, seed, confidence },
      {
        onMatched: ({ missing, withoutOpinion, leftOut }) => {
          for (const line of describeLeftOut(leftOut)) progress.note(line);
          if (missing.length > 0)
            progress.note(`not there: ${counted(missing, 'image that has an opinion', 'images that have an opinion')}`);
          if (withoutOpinion.length > 0)
            progress.note(`left out: ${counted(withoutOpinion, 'image without an opinion', 'images without an opinion')}`);
        },
        onImage: (done, total) => progress.update(done, total, 'images'),
      },
      flags,
    );
    for (const { image, reason } of evaluated.evaluation.opinion.unusable) progress.note(`left out: ${image}: ${reason}`);
    const folders = await writeResults(
      out,
      models,
      (run) => join(run.evaluations, opinions.name),
      (folder, own) =>
        // In a run's own folder, the baseline stands beside its model only.
        writeEvaluation(folder, own === undefined ? evaluated : onlyOf(evaluated, [own, models.length])),
    );
    progress.stop();
    for (const folder of folders) process.stderr.write(`Scores and pictures are in ${printable(folder)}\n`);
    process.stdout.write(json ? `${JSON.stringify(evaluated.evaluation)}\n` : formatEvaluation(evaluated.evaluation));
  } finally {
    progress.stop();
    await closeModels(models);
  }
}

/** `3 images: a.png, b.png, ...` */
function counted(names: readonly string[], one: string, several: string): string {
  const shown = names.slice(0, shownNames).join(', ');
  return `${names.length} ${names.length === 1 ? one : several} (${shown}${names.length > shownNames ? ', ...' : ''})`;
}

/** Some of the measures, by index. */
function onlyOf({ evaluation, images, scores }: EvaluatedOpinion, indices: readonly number[]): EvaluatedOpinion {
  const measures = indices.map((index) => evaluation.measures[index]!);
  const names = new Set(measures.map(({ name }) => name));
  const comparisons = evaluation.comparisons.filter(({ first, second }) => names.has(first) && names.has(second));
  return { evaluation: { ...evaluation, measures, comparisons }, images, scores: indices.map((index) => scores[index]!) };
}
