/** The folder of an evaluation: `evaluation.json`, the scores of every image, and pictures. */
import { join } from 'node:path';
import sharp from 'sharp';
import { svgFile } from '../charts/drawing.js';
import { scatterChart } from '../charts/scatter-chart.js';
import { logistic } from '../statistics/logistic-fit.js';
import { counted } from '../support/counted.js';
import { csvCell } from '../support/csv-cell.js';
import { writeContent } from '../support/files/write-content.js';
import { sealJson } from '../support/sealed-json.js';
import type { EvaluatedOpinion } from './evaluate-opinion.js';
import type { Evaluation } from './evaluation.js';
import { misjudgedSheet } from './misjudged-sheet.js';

type Measure = EvaluatedOpinion['evaluation']['measures'][number];

const scoresFile = 'scores.csv';
/** Points of a fitted curve. */
const curvePoints = 120;

/**
 * Writes everything but the folder itself, which must exist.
 */
export async function writeEvaluation(folder: string, evaluated: EvaluatedOpinion): Promise<Evaluation> {
  const { evaluation, images, scores } = evaluated;
  const measures: Evaluation['measures'][number][] = [];
  for (const [index, measure] of evaluation.measures.entries()) {
    const stem = `${index + 1}-${fileStem(measure.name)}`;
    const files = { scatterSvg: `${stem}-scatter.svg`, scatterPng: `${stem}-scatter.png`, misjudgedPng: `${stem}-misjudged.png` };
    const svg = scatterOf(evaluated, measure, scores[index]!);
    await writeContent(join(folder, files.scatterSvg), svg);
    // Twice as many pixels as text needs: it stays readable where it is enlarged.
    await writeContent(join(folder, files.scatterPng), await sharp(Buffer.from(svg), { density: 144 }).png().toBuffer());
    await writeContent(join(folder, files.misjudgedPng), await sheetOf(evaluated, measure));
    measures.push({ ...measure, files });
  }
  const header = ['image', 'opinion', ...evaluation.measures.map(({ name }) => name)];
  const rows = images.map(({ image, opinion }, place) => [image, opinion, ...scores.map((list) => list[place]!)]);
  await writeContent(join(folder, scoresFile), [header, ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join(''));
  const result: Evaluation = { ...evaluation, measures, files: { scores: scoresFile } };
  await writeContent(join(folder, 'evaluation.json'), sealJson(result, 2));
  return result;
}

function scatterOf({ evaluation, images }: EvaluatedOpinion, measure: Measure, scores: readonly number[]): string {
  const { opinion } = evaluation;
  const { fit, srcc, plcc, rmse } = measure;
  const [low, high] = [scores.reduce((a, b) => Math.min(a, b)), scores.reduce((a, b) => Math.max(a, b))];
  const at = Array.from({ length: curvePoints + 1 }, (_, index) => low + ((high - low) * index) / curvePoints);
  const figures = `SRCC ${figure(srcc.value)}, PLCC ${figure(plcc.value)}, RMSE ${figure(rmse.value)}`;
  return svgFile(
    scatterChart({
      title: `${measure.name} on ${opinion.name}: SRCC ${figure(srcc.value)}`,
      description: `Opinion against score of ${counted(images.length, 'image')}. ${figures}.`,
      x: { label: `score of ${measure.name}` },
      y: { label: `mean opinion, ${opinion.direction}`, ...(opinion.range && { domain: opinion.range }) },
      groups: [{ name: counted(images.length, 'image'), points: images.map((image, index) => [scores[index]!, image.opinion]) }],
      ...(fit && { curve: { name: `fitted: ${figures}`, points: at.map((score) => [score, logistic(fit, score)]) } }),
      width: 480,
      height: 400,
    }),
  );
}

function sheetOf({ evaluation, images }: EvaluatedOpinion, { name, overrated, underrated }: Measure): Promise<Buffer> {
  const paths = new Map(images.map(({ image, path }) => [image, path]));
  const tiles = (list: Measure['overrated']) =>
    list.map(({ image, opinion, score, predicted }) => ({
      path: paths.get(image)!,
      label: [image, `opinion ${figure(opinion)}, fitted ${figure(predicted)}`, `score ${figure(score)}`],
    }));
  const { name: benchmark, direction } = evaluation.opinion;
  return misjudgedSheet(`${name} on ${benchmark} (opinions: ${direction})`, [
    { heading: 'scores that are too good, the worst first', tiles: tiles(overrated) },
    { heading: 'scores that are too bad, the worst first', tiles: tiles(underrated) },
  ]);
}

/** Three digits, without a leading zero that says nothing. */
function figure(value: number | null): string {
  if (value === null) return 'not defined';
  return String(Number(value.toPrecision(3)));
}

/** Letters that every file system takes. */
function fileStem(name: string): string {
  return name
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
    .slice(-60);
}
