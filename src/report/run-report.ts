/** Writes the pages about runs: the report, the metrics for TensorBoard, the model's card. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cardProblem } from '../export/card-problem.js';
import { modelCard } from '../export/model-card.js';
import { modelCardName, modelName } from '../export/model-files.js';
import type { RunFolder } from '../runs/run-directory.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { holdFolder } from '../support/files/atomic-folder.js';
import { fileError } from '../support/files/file-errors.js';
import { hashFiles } from '../support/files/hash-files.js';
import { sealMarkdown } from '../support/sealed-markdown.js';
import { comparisonPage } from './comparison-page.js';
import { opinionResult } from './opinion-result.js';
import { type RunFacts, readRunFacts } from './run-facts.js';
import { runPage } from './run-page.js';
import { eventFile } from './tensorboard.js';

/**
 * Rewrites `report.html`, `tensorboard/` and, if a model was exported, its `MODEL_CARD.md` with the latest measurements.
 * @param path of the report, where it is not to be in the run's folder
 * @param onProblem takes a sentence for each file that could not be read; the page has them, too
 * @returns the path of the report
 * @throws UserError when the run's configuration or metrics cannot be read, or a file cannot be written.
 */
export async function writeRunReport(
  folder: RunFolder,
  path: string = folder.report,
  onProblem: (problem: string) => void = () => {},
): Promise<string> {
  // Nobody exchanges the model while its card is written.
  await holdFolder(folder.exported, async () => {
    const facts = await readRunFacts(folder);
    for (const problem of facts.problems) onProblem(problem);
    await write(folder.tensorboard, eventFile(facts.metrics, await startOf(folder)));
    const card = cardOf(facts);
    if (card !== undefined) {
      const problem = await cardProblem(folder.exported, facts.files.find(({ name }) => name === modelName)?.sha256);
      if (problem !== undefined) onProblem(`${problem} It is written anew.`);
      await write(join(folder.exported, modelCardName), sealMarkdown(card));
    }
    // the card is one of them
    const files = await hashFiles(folder.exported);
    await write(path, await runPage({ ...facts, files }));
  });
  return path;
}

/**
 * Writes one page that compares runs.
 * @throws UserError when a run cannot be read or the file cannot be written.
 */
export async function writeComparison(
  folders: readonly RunFolder[],
  path: string,
  onProblem: (problem: string) => void = () => {},
): Promise<string> {
  const runs: RunFacts[] = [];
  for (const folder of folders) runs.push(await readRunFacts(folder));
  for (const { problems } of runs) for (const problem of problems) onProblem(problem);
  await write(path, comparisonPage(runs));
  return path;
}

function cardOf({ name, model, parity, files, opinions }: RunFacts): string | undefined {
  if (model === undefined || parity === undefined) return undefined;
  const sha256 = files.find((file) => file.name === modelName)?.sha256;
  const results = opinions.flatMap(({ result }) => {
    const own = result.measures.find(({ run }) => run === name) ?? result.measures.find(({ kind }) => kind === 'model');
    // An earlier export was measured: that says nothing about this one.
    return own === undefined || (own.sha256 !== undefined && own.sha256 !== sha256) ? [] : [opinionResult(result, own)];
  });
  return modelCard({
    description: model,
    parity,
    files: files.filter((file) => file.name !== modelCardName),
    opinions: results,
  });
}

/** Start of the run, seconds since 1970: its configuration is written once, at its beginning. */
async function startOf({ config }: RunFolder): Promise<number> {
  try {
    return (await stat(config)).mtimeMs / 1000;
  } catch (error) {
    throw fileError('read', config, error);
  }
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFileAtomically(path, content);
  } catch (error) {
    throw fileError('write', path, error);
  }
}
