/** An evaluation as a table for people. */

import { counted } from '../support/counted.js';
import { printable } from '../support/printable.js';
import { type Estimate, statisticNames } from './agreement.js';
import { alignedRows } from './aligned-rows.js';
import type { EvaluatedOpinion } from './evaluate-opinion.js';
import type { Direction } from './opinions.js';

/** Lines of text, the last one ended. */
export function formatEvaluation({ opinion, bootstrap, measures, comparisons }: EvaluatedOpinion['evaluation']): string {
  const about = `${printable(opinion.name)}: ${counted(opinion.images, 'image')}, ${opinion.direction}; ${100 * bootstrap.confidence} % intervals from ${bootstrap.resamples} resamples`;
  const table = [
    ['', ...statisticNames.map((name) => name.toUpperCase())],
    ...measures.map((measure) => [measure.name, ...statisticNames.map((name) => interval(measure[name]))]),
  ];
  const differences = [
    ['difference of SRCC, on the same resamples', '', 'p'],
    ...comparisons.map(({ first, second, srcc }) => [`${first} - ${second}`, interval(srcc), srcc.p === null ? '-' : digits(srcc.p)]),
  ];
  const remarks = [...remarksOn(opinion), ...directionHint(opinion.direction, measures)];
  const end = remarks.length > 0 ? ['', ...remarks] : [];
  const paper = paperTable(opinion, measures);
  return [about, '', ...alignedRows(table), '', ...alignedRows(differences), ...paper, ...end, ''].join('\n');
}

/** The figures that MA-CLIP's authors would state, named as such. */
function paperTable(
  { protocol }: EvaluatedOpinion['evaluation']['opinion'],
  measures: EvaluatedOpinion['evaluation']['measures'],
): string[] {
  if (!protocol) return [];
  const number = (value: number | null): string => (value === null ? 'not defined' : digits(value));
  const images = protocol.side === undefined ? 'images as they are' : `images made ${protocol.side}x${protocol.side}`;
  const rows = measures.map(({ name, paper }) => [name, ...(['srcc', 'plcc', 'rmse'] as const).map((key) => number(paper?.[key] ?? null))]);
  return [
    '',
    `by the protocol of ${protocol.name}: ${images}; SRCC too is of values fitted by a curve of five parameters, and positive for a falling score`,
    ...alignedRows([['', 'fitted SRCC', 'fitted PLCC', 'fitted RMSE'], ...rows]),
  ];
}

/** Notes on images that the figures leave out, and on opinions that are means. */
function remarksOn({ images, missing, unusable, raters }: EvaluatedOpinion['evaluation']['opinion']): string[] {
  const lost = missing.length + unusable.length;
  return [
    ...(lost > 0
      ? [
          `${lost} of ${images + lost} images with an opinion ${lost === 1 ? 'is' : 'are'} lost: ${missing.length} not there, ${unusable.length} not scored`,
        ]
      : []),
    ...(raters
      ? [
          `${counted(raters.images, 'image has', 'images have')} several opinions, which are averaged; they differ by ${digits(raters.spread)} (standard deviation)`,
        ]
      : []),
  ];
}

/** A note if everything disagrees, the baseline too: the scale is more likely to be turned round than all scores. */
function directionHint(direction: Direction, measures: EvaluatedOpinion['evaluation']['measures']): string[] {
  if (!measures.every(({ srcc }) => srcc.value !== null && srcc.value < -0.3 && (srcc.high ?? 0) < 0)) return [];
  const better = direction === 'higher is better' ? 'lower' : 'higher';
  return [`every measure, the baseline too, is negative: is a ${better} opinion better here, as in DMOS? Then add --direction ${better}`];
}

function interval({ value, low, high }: Estimate): string {
  if (value === null) return 'not defined';
  return `${digits(value)} [${low === null ? '-' : digits(low)}, ${high === null ? '-' : digits(high)}]`;
}

/** Three digits; below one, three places. */
function digits(value: number): string {
  return Math.abs(value) < 1 ? value.toFixed(3) : value.toPrecision(3);
}
