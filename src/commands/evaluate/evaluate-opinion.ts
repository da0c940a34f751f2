/** `antonym evaluate opinion`: models beside each other, and the baseline, against human opinion. */
import { join } from 'node:path';
import { mixedScales } from '../../calibrate/calibrate.js';
import { describeLeftOut } from '../../datasets/left-out.js';
import { type EvaluatedOpinion, evaluateOpinion, measuresOf, type NamedModel, preparationOf } from '../../evaluate/evaluate-opinion.js';
import { formatEvaluation } from '../../evaluate/format-evaluation.js';
import { measuredFormat, measuringScorer, readMeasured } from '../../evaluate/measured-parts.js';
import { writeEvaluation } from '../../evaluate/write-evaluation.js';
import { UserError } from '../../support/errors.js';
import { everything, requireFreeFolder, writeFolderAtomically } from '../../support/files/atomic-folder.js';
import { jsonLine } from '../../support/json-line.js';
import { oneOf, switched, text, wholeNumber } from '../../support/options/option-kinds.js';
import { givenIn, type OptionTable, type OptionValues, resolveOptions } from '../../support/options/option-table.js';
import { printable } from '../../support/printable.js';
import { startProgress } from '../../support/progress.js';
import type { Command } from '../command.js';
import { isAboutParts, listPartOptions } from '../list-part-options.js';
import type { PartTask } from '../list-parts.js';
import { closeModels, digestsOf, openModels } from '../open-models.js';
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
      'runs/NAME/evaluation/BENCHMARK of each model that is a run. With --list, the folder of the parts, in which --merge writes the folder evaluation.',
    withoutIt: 'into each run',
  },
  json: jsonOption,
} satisfies OptionTable;
type Options = OptionValues<typeof options>;

export const opinionCommand: Command = {
  name: 'evaluate opinion',
  description:
    'Measures how well the scores of exported models agree with the mean opinions of people: Spearman (SRCC), Kendall (KRCC), Pearson ' +
    '(PLCC) and root mean square error (RMSE) after a logistic fit, with 95 % bootstrap intervals, beside the log variance of the ' +
    'Laplacian. Opinions are for measuring, never for training or choosing.',
  operand: {
    placeholder: 'NAME|CSV',
    description: 'a downloaded benchmark of datasets.json, or a CSV, JSON or xlsx file with the columns image and mos',
    isOptional: true,
  },
  groups: { Options: options, 'Lists in parts': listPartOptions },
  async run(given, [opinion]) {
    const { values } = resolveOptions(options, givenIn(options, given));
    const parts = resolveOptions(listPartOptions, givenIn(listPartOptions, given)).values;
    const task = isAboutParts(parts) ? (await import('../list-parts.js')).partsTask(parts, values.out) : undefined;
    if (task?.kind === 'status') return (await import('../list-parts.js')).printPartsStatus(task.out, measuredFormat, values.json);
    if (opinion === undefined) {
      throw new UserError(
        'Say whose opinions: evaluate opinion NAME of a benchmark, or FILE.csv with the columns image and mos; or use evaluate sensitivity.',
      );
    }
    if (task?.kind === 'score') return measurePart(task, opinion, values);
    await evaluateOpinions(opinion, values, task?.out);
    return undefined;
  },
};

/** Scores the images of a part of a list by all measures. @returns the exit code */
async function measurePart(task: PartTask, opinion: string, flags: Options): Promise<number> {
  const { paperSide } = await readOpinions(opinion, flags);
  const prepared = preparationOf(flags.protocol, paperSide);
  const { runPart } = await import('../list-parts.js');
  const model = await digestsOf(flags.model);
  const { maxPixels } = flags;
  return runPart(task, {
    json: flags.json,
    about: { format: measuredFormat, model, ...(prepared && { side: prepared.side }), ...(maxPixels !== undefined && { maxPixels }) },
    async open(onNotice) {
      const models = await openModels(flags, onNotice);
      const isHashed = models.some(({ seen }) => seen !== undefined);
      return measuringScorer({ measures: measuresOf(models), prepare: prepared?.prepare, isHashed, close: () => closeModels(models) });
    },
  });
}

/** @param parts the folder of the parts of a list, whose scores are taken; undefined: images are scored now */
async function evaluateOpinions(opinion: string, flags: Options, parts: string | undefined): Promise<void> {
  const { out, resamples, seed, json } = flags;
  if (out !== undefined && parts === undefined) await requireFreeFolder(out);
  const opinions = await readOpinions(opinion, flags);
  const progress = startProgress('Scoring');
  const mixed = mixedScales(opinions.rated.map((image) => image.opinion));
  if (mixed !== undefined) progress.note(mixed);
  let models: readonly NamedModel[] = [];
  try {
    models = await openModels(flags, (notice) => progress.note(notice));
    const about = {
      model: models.map(({ sha256 }) => sha256).join(' '),
      side: preparationOf(flags.protocol, opinions.paperSide)?.side,
      maxPixels: flags.maxPixels,
    };
    const measured = parts === undefined ? undefined : await readMeasured(parts, about, models.length + 1);
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
      { ...flags, ...(measured && { measured }) },
    );
    for (const { image, reason } of evaluated.evaluation.opinion.unusable) progress.note(`left out: ${image}: ${reason}`);
    const folders = await (parts === undefined
      ? writeResults(
          out,
          models,
          (run) => join(run.evaluations, opinions.name),
          (folder, own) =>
            // In a run's own folder, the baseline stands beside its model only.
            writeEvaluation(folder, own === undefined ? evaluated : onlyOf(evaluated, [own, models.length])),
        )
      : writeMerged(parts, evaluated));
    progress.stop();
    for (const folder of folders) process.stderr.write(`Scores and pictures are in ${printable(folder)}\n`);
    process.stdout.write(json ? jsonLine(evaluated.evaluation) : formatEvaluation(evaluated.evaluation));
  } finally {
    progress.stop();
    await closeModels(models);
  }
}

/** Beside the parts, in place of an earlier one. */
async function writeMerged(parts: string, evaluated: EvaluatedOpinion): Promise<string[]> {
  const path = join(parts, 'evaluation');
  await writeFolderAtomically({ path, replaces: everything }, async (folder) => void (await writeEvaluation(folder, evaluated)));
  return [path];
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
