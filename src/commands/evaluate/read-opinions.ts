/** Opinions that a command is given: the name of a benchmark, or a table with options that say what its columns are. */
import { existsSync } from 'node:fs';
import { readBenchmarks } from '../../datasets/dataset-file.js';
import { readBenchmarkOpinions } from '../../evaluate/benchmark-opinions.js';
import { type GroupColumn, readCsvOpinions } from '../../evaluate/csv-opinions.js';
import type { Opinions } from '../../evaluate/opinions.js';
import { UserError } from '../../support/errors.js';
import { suggestName } from '../../support/nearest-name.js';
import { oneOf, text } from '../../support/options/option-kinds.js';
import type { OptionTable, OptionValues } from '../../support/options/option-table.js';

export const tableOptions = {
  images: {
    kind: text('a folder'),
    placeholder: 'FOLDER',
    description: 'folder of the images',
    details: 'By default as datasets.json says; for a CSV file, the folder images beside it, or its own.',
  },
  imageColumn: { kind: text('the name of a column'), placeholder: 'NAME', description: 'column of image names', withoutIt: 'image' },
  mosColumn: { kind: text('the name of a column'), placeholder: 'NAME', description: 'column of mean opinions', withoutIt: 'mos' },
  direction: {
    kind: oneOf(['higher', 'lower']),
    placeholder: 'higher|lower',
    description: 'which opinions are better',
    withoutIt: 'higher',
  },
} satisfies OptionTable;

/**
 * Opinions of a benchmark by its name, else of a file.
 * @param group the column that says which images belong together
 * @throws UserError when there is neither, or the table does not have the columns.
 */
export async function readOpinions(given: string, flags: OptionValues<typeof tableOptions>, group?: GroupColumn): Promise<Opinions> {
  const { images, imageColumn, mosColumn, direction } = flags;
  const benchmarks = await readBenchmarks();
  const benchmark = benchmarks.get(given);
  if (benchmark !== undefined) {
    const column = [imageColumn, mosColumn, direction].find((value) => value !== undefined);
    if (column !== undefined)
      throw new UserError(`datasets.json says which columns ${given} has: leave out --image-column, --mos-column and --direction.`);
    if (group?.isRequired)
      throw new UserError(`datasets.json says which images of ${given} belong together: leave out --group-by, or give auto or none.`);
    return readBenchmarkOpinions(given, benchmark, images);
  }
  if (!existsSync(given) && !/[\\/.]/.test(given)) {
    throw new UserError(`There is no benchmark and no file named "${given}".${suggestName(given, [...benchmarks.keys()])}`);
  }
  const columns = {
    ...(imageColumn !== undefined && { image: imageColumn }),
    ...(mosColumn !== undefined && { opinion: mosColumn }),
    ...(direction !== undefined && { direction: `${direction} is better` as const }),
    ...(group && { group }),
  };
  return readCsvOpinions(given, columns, images);
}
