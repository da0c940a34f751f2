/** An evaluation as a table for people. */
import { type Estimate, statisticNames } from './agreement.js';
import { alignedRows } from './aligned-rows.js';
import type { EvaluatedOpinion } from './evaluate-opinion.js';

/** Lines of text, the last one ended. */
export function formatEvaluation({ opinion, bootstrap, measures, comparisons }: EvaluatedOpinion['evaluation']): string {
  const about = `${opinion.name}: ${opinion.images} images, ${opinion.direction}; ${100 * bootstrap.confidence} % intervals from ${bootstrap.resamples} resamples`;
  const table = [
    ['', ...statisticNames.map((name) => name.toUpperCase())],
    ...measures.map((measure) => [measure.name, ...statisticNames.map((name) => interval(measure[name]))]),
  ];
  const differences = [
    ['difference of SRCC, on the same resamples', '', 'p'],
    ...comparisons.map(({ first, second, srcc }) => [`${first} - ${second}`, interval(srcc), srcc.p === null ? '-' : digits(srcc.p)]),
  ];
  return [about, '', ...alignedRows(table), '', ...alignedRows(differences), ''].join('\n');
}

function interval({ value, low, high }: Estimate): string {
  if (value === null) return 'not defined';
  return `${digits(value)} [${low === null ? '-' : digits(low)}, ${high === null ? '-' : digits(high)}]`;
}

/** Three digits; below one, three places. */
function digits(value: number): string {
  return Math.abs(value) < 1 ? value.toFixed(3) : value.toPrecision(3);
}
