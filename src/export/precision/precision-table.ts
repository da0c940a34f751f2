/** Costs and benefits of a reduced precision as text for people: a table if the file is written, an error if it is not. */

import { formatBytes } from '../../support/byte-size.js';
import { counted } from '../../support/counted.js';
import { UserError } from '../../support/errors.js';
import type { PrecisionReport } from './compare-precision.js';

/** Above this share of pairs whose order changes, a precision is refused: the purpose of a model is to order images. */
export const mostChangedPairs = 0.01;

/** Lines, each ended. */
export function precisionTable(report: PrecisionReport): string {
  const rows = report.files.map(({ precision, bytes, imagesPerSecond }) =>
    [precision.padEnd(9), formatBytes(bytes).padStart(10), imagesPerSecond.toPrecision(3).padStart(10)].join('  '),
  );
  return `${['precision'.padEnd(9), 'file'.padStart(10), 'images/s'.padStart(10)].join('  ')}
${rows.join('\n')}
${differences(report)}
`;
}

/** One sentence. */
export function differences({ images, scores, scoreDifference, srcc, pairs, changedPairs }: PrecisionReport): string {
  const correlation = srcc === null ? 'not defined' : srcc.toFixed(5);
  return (
    `On ${counted(images.count, 'image')} (${images.source})${scores === 'rounded' ? ', every result rounded as on a GPU,' : ''} scores differ by at most ${scoreDifference.largest.toExponential(1)}, ` +
    `${scoreDifference.mean.toExponential(1)} on average; SRCC ${correlation}; ${percent(changedPairs)} of ${pairs} pairs change their order`
  );
}

/** @throws UserError when too many pairs change their order. */
export function requireOrder(report: PrecisionReport): void {
  const { precision, changedPairs } = report;
  if (changedPairs <= mostChangedPairs) return;
  throw new UserError(
    `${precision} changes the order of more than ${percent(mostChangedPairs)} of pairs of images: it was not written. ${differences(report)}. ` +
      'Compare on photographs such as you will score (--data FOLDER), leave --precision out, or write it all the same with --force.',
  );
}

/** `0.35 %` */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
