/** `antonym score --list`: a part of a list as a task of an array of jobs, and the state of all parts. */

import { findModel } from '../../score/find-model.js';
import { loadModel } from '../../score/load-model.js';
import { modelScorer } from '../../score/parts/model-scorer.js';
import { mergeParts } from '../../score/parts/part-status.js';
import { counted } from '../../support/counted.js';
import { UserError } from '../../support/errors.js';
import { jsonLine } from '../../support/json-line.js';
import { printable } from '../../support/printable.js';
import type { ListPartFlags } from '../list-part-options.js';
import { partsTask, printPartsStatus, runPart } from '../list-parts.js';
import { digestOfModel, loadOptionsOf, type ModelFlags } from '../open-models.js';

export interface PartFlags extends Omit<ModelFlags, 'model'>, ListPartFlags {
  readonly model?: string | undefined;
  readonly out?: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

const format = 'antonym-scores-1';

/** @returns the exit code @throws UserError for flags that do not fit together. */
export async function scoreParts(flags: PartFlags, paths: readonly string[]): Promise<number> {
  const { out, json, quiet, model, maxPixels } = flags;
  if (paths.length > 0) throw new UserError(`--list names the images: leave ${paths[0]} out.`);
  const task = partsTask(flags, out);
  if (task.kind === 'status') return printPartsStatus(task.out, format, json);
  if (task.kind === 'merge') {
    const merged = await mergeParts(task.out);
    process.stdout.write(
      json ? jsonLine(merged) : `${printable(merged.path)}: ${counted(merged.images, 'image')}, ${merged.failed} of them unreadable\n`,
    );
    return 0;
  }
  const { path } = await findModel(model);
  return runPart(task, {
    json,
    quiet,
    about: { format, model: await digestOfModel(path), ...(maxPixels !== undefined && { maxPixels }) },
    open: async (onNotice) => modelScorer(await loadModel(path, loadOptionsOf(flags, onNotice))),
  });
}
