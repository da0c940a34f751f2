/** `antonym evaluate --opinion`: models beside each other, and the baseline, against human opinion. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readCsvOpinions } from '../evaluate/csv-opinions.js';
import { type EvaluatedOpinion, evaluateOpinion, type NamedModel } from '../evaluate/evaluate-opinion.js';
import { formatEvaluation } from '../evaluate/format-evaluation.js';
import { writeEvaluation } from '../evaluate/write-evaluation.js';
import { openScorer } from '../score/scorer.js';
import { requireFreeFolder, writeFolderAtomically } from '../support/atomic-folder.js';
import { UserError } from '../support/errors.js';
import { startProgress } from '../support/progress.js';
import { findRun, runsFolder } from '../train/run-directory.js';
import type { EvaluateFlags } from './evaluate.js';
import { findModel } from './find-model.js';

const confidence = 0.95;
/** Names shown of a list that may be long. */
const shownNames = 3;

export async function evaluateOpinionCommand(flags: EvaluateFlags): Promise<void> {
  const { opinion, images, imageColumn, mosColumn, direction, out, resamples, seed, json } = flags;
  if (opinion === undefined) throw new UserError('say whose opinions: --opinion FILE.csv with the columns image and mos');
  if (out !== undefined) await requireFreeFolder(out);
  const columns = {
    ...(imageColumn !== undefined && { image: imageColumn }),
    ...(mosColumn !== undefined && { opinion: mosColumn }),
    ...(direction !== undefined && { direction: `${direction} is better` as const }),
  };
  const opinions = await readCsvOpinions(opinion, columns, images);
  const models = await openModels(flags);
  const progress = startProgress('Scoring');
  try {
    const evaluated = await evaluateOpinion(
      opinions,
      models,
      { resamples, seed, confidence },
      {
        onMatched: ({ missing, withoutOpinion }) => {
          if (missing.length > 0) progress.note(`not there: ${counted(missing, 'image that has', 'images that have')} an opinion`);
          if (withoutOpinion.length > 0) progress.note(`left out: ${counted(withoutOpinion, 'image', 'images')} without an opinion`);
        },
        onImage: (done, total) => progress.update(done, total, 'images'),
      },
    );
    for (const { image, reason } of evaluated.evaluation.opinion.unusable) progress.note(`left out: ${image}: ${reason}`);
    const folders = await write(evaluated, models, out);
    progress.stop();
    for (const folder of folders) process.stderr.write(`Scores and pictures are in ${folder}\n`);
    process.stdout.write(json ? `${JSON.stringify(evaluated.evaluation)}\n` : formatEvaluation(evaluated.evaluation));
  } finally {
    progress.stop();
    for (const { scorer } of models) await scorer.close();
  }
}

/** `3 images: a.png, b.png, ...` */
function counted(names: readonly string[], one: string, several: string): string {
  const shown = names.slice(0, shownNames).join(', ');
  return `${names.length} ${names.length === 1 ? one : several} (${shown}${names.length > shownNames ? ', ...' : ''})`;
}

async function openModels({ model = [], maxPixels }: EvaluateFlags): Promise<NamedModel[]> {
  const given = model.length === 0 ? [undefined] : model;
  const models: NamedModel[] = [];
  try {
    for (const text of given) {
      const { path, run } = await findModel(text);
      const name = run ?? text ?? path;
      if (models.some((other) => other.name === name)) throw new UserError(`--model ${name} is given twice`);
      const scorer = await openScorer(path, maxPixels === undefined ? {} : { maximumPixels: maxPixels });
      models.push({ name, ...(run !== undefined && { run }), sha256: await digestOf(path), scorer });
    }
    return models;
  } catch (error) {
    for (const { scorer } of models) await scorer.close();
    throw error;
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** Into one folder, or for each model of a run into the run's own, beside the baseline only. @returns the folders. */
async function write(evaluated: EvaluatedOpinion, models: readonly NamedModel[], out: string | undefined): Promise<string[]> {
  if (out !== undefined) {
    await writeFolderAtomically(out, async (folder) => void (await writeEvaluation(folder, evaluated)));
    return [out];
  }
  const folders: string[] = [];
  for (const [index, { run }] of models.entries()) {
    if (run === undefined) continue;
    const folder = join((await findRun(runsFolder, run)).evaluations, evaluated.evaluation.opinion.name);
    // Measured anew: the same images by a model that may be another one now.
    await rm(folder, { recursive: true, force: true });
    const own = onlyOf(evaluated, [index, models.length]);
    await writeFolderAtomically(folder, async (temporary) => void (await writeEvaluation(temporary, own)));
    folders.push(folder);
  }
  return folders;
}

/** Some of the measures, by index. */
function onlyOf({ evaluation, images, scores }: EvaluatedOpinion, indices: readonly number[]): EvaluatedOpinion {
  const measures = indices.map((index) => evaluation.measures[index]!);
  const names = new Set(measures.map(({ name }) => name));
  const comparisons = evaluation.comparisons.filter(({ first, second }) => names.has(first) && names.has(second));
  return { evaluation: { ...evaluation, measures, comparisons }, images, scores: indices.map((index) => scores[index]!) };
}
