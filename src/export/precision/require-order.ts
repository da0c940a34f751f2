/** Whether a reduced precision may be written: what a model is for is the order of images. */
import { UserError } from '../../support/errors.js';
import type { PrecisionReport } from './compare-precision.js';
import { differences, percent } from './precision-table.js';

/** Above this share of pairs whose order changes, a precision is refused. */
export const mostChangedPairs = 0.01;

/** @throws UserError when too many pairs change their order. */
export function requireOrder(report: PrecisionReport): void {
  const { precision, changedPairs } = report;
  if (changedPairs <= mostChangedPairs) return;
  throw new UserError(
    `${precision} changes the order of more than ${percent(mostChangedPairs)} of pairs of images: it was not written. ${differences(report)}. ` +
      'Compare on photographs such as you will score (--data FOLDER), leave --precision out, or write it all the same with --force',
  );
}
