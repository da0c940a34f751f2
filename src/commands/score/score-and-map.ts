/** `antonym score` with and without `--map`: the folder of maps appears when all photographs are scored, or not at all. */
import { counted } from '../../support/counted.js';
import { requireFreeFolder, writeFolderAtomically } from '../../support/files/atomic-folder.js';
import type { OptionValues } from '../../support/options/option-table.js';
import { printable } from '../../support/printable.js';
import type { scoreOptions } from './score-options.js';
import { scorePaths } from './score-paths.js';

type Counts = Awaited<ReturnType<typeof scorePaths>>;

/** No photograph could be scored: there is nothing to write. */
class NothingMapped extends Error {
  constructor(readonly counts: Counts) {
    super('no photograph was mapped');
  }
}

/** @returns how many images were scored, and how many could not be. @throws as `scorePaths`; UserError when the folder is not free. */
export async function scoreAndMap(paths: readonly string[], values: OptionValues<typeof scoreOptions>): Promise<Counts> {
  const { map, quiet } = values;
  if (map === undefined) return scorePaths(paths, values);
  await requireFreeFolder(map);
  try {
    const counts = await writeFolderAtomically(map, async (folder) => {
      const result = await scorePaths(paths, values, folder);
      if (result.scored === 0) throw new NothingMapped(result);
      return result;
    });
    if (!quiet) process.stderr.write(`${printable(map)}: ${counted(counts.scored, 'map')}\n`);
    return counts;
  } catch (error) {
    if (error instanceof NothingMapped) return error.counts;
    throw error;
  }
}
