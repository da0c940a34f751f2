/** The place of results: the folder that was asked for, else that of each run that was measured. */
import type { NamedModel } from '../../evaluate/evaluate-opinion.js';
import { findRun, type RunFolder, runsFolder } from '../../runs/run-directory.js';
import { everything, writeFolderAtomically } from '../../support/files/atomic-folder.js';

/**
 * Writes results as whole folders. One in a run replaces an earlier one: the same images, by a model that may be another now.
 * @param out `--out`; a free folder.
 * @param folderIn the folder of these results in a run's.
 * @param write fills a folder, with the results of all models, or of the one of an index.
 * @returns the folders.
 */
export async function writeResults(
  out: string | undefined,
  models: readonly NamedModel[],
  folderIn: (run: RunFolder) => string,
  write: (folder: string, only?: number) => Promise<unknown>,
): Promise<string[]> {
  if (out !== undefined) {
    await writeFolderAtomically(out, async (folder) => void (await write(folder)));
    return [out];
  }
  const folders: string[] = [];
  for (const [index, { run }] of models.entries()) {
    if (run === undefined) continue;
    const folder = folderIn(await findRun(runsFolder, run));
    await writeFolderAtomically({ path: folder, replaces: everything }, async (temporary) => void (await write(temporary, index)));
    folders.push(folder);
  }
  return folders;
}
