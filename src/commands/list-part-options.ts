/** Options of commands that score a list in parts: `list-parts.ts`. */
import { part, switched, text } from '../support/options/option-kinds.js';
import type { OptionTable, OptionValues } from '../support/options/option-table.js';

export const listPartOptions = {
  list: {
    kind: text('a file of paths, or -'),
    placeholder: 'FILE',
    description: 'score the images of a list, into --out',
    details:
      'A path a line: of an image, or of a tar archive of images, as WebDataset and img2dataset write them. - reads standard input. The list may be ' +
      'of any length.',
  },
  shard: {
    kind: part(),
    placeholder: 'I/N',
    description: 'only part I of N of the list',
    details: 'auto/N in an array of jobs: the number of the task.',
  },
  status: { kind: switched(), description: 'say which parts in --out are whole', default: false },
  merge: { kind: switched(), description: 'join the parts in --out, if all are whole', default: false },
} satisfies OptionTable;
export type ListPartFlags = OptionValues<typeof listPartOptions>;

/** True for flags that are about parts. */
export function isAboutParts({ list, shard, status, merge }: ListPartFlags): boolean {
  return list !== undefined || shard !== undefined || status || merge;
}
