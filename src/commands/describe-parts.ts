/** The state of the parts of a work that is done in parts, for people. */
import { numberRanges } from '../support/number-ranges.js';

/** The exit code of parts that are not all whole. */
export const incompleteParts = 2;

export interface PartsState {
  readonly parts: number;
  readonly whole: number;
  readonly begun: readonly number[];
  readonly missing: readonly number[];
}

/** @param content what the whole parts have: `70 images` */
export function describeParts({ parts, whole, begun, missing }: PartsState, content: string): string {
  const lacking = [...begun, ...missing].sort((a, b) => a - b);
  const lines = [
    `${whole} of ${parts} ${parts === 1 ? 'part is' : 'parts are'} whole: ${content}`,
    ...(begun.length > 0 ? [`begun:   ${numberRanges(begun)}`] : []),
    ...(missing.length > 0 ? [`missing: ${numberRanges(missing)}`] : []),
    ...(lacking.length > 0 ? [`again:   --array=${numberRanges(lacking)}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}
