/** The checkpoint that a run resumes from: a missing one means that nothing was saved yet, and never that something was lost. */

import { existsSync } from 'node:fs';
import { counted } from '../support/counted.js';
import { UserError } from '../support/errors.js';
import { isThere } from '../support/files/is-there.js';
import { readMetrics } from './metrics-log.js';
import type { RunFolder } from './run-directory.js';

/**
 * @param identity of the run, which its metrics state
 * @returns undefined for a run that was stopped before it saved anything
 * @throws UserError when there was a checkpoint: its steps are told of, and a later one follows; or the run was exported.
 */
export async function findLastCheckpoint(run: RunFolder, identity?: string): Promise<string | undefined> {
  const path = run.lastCheckpoint;
  // a link that leads nowhere is there, and fails when it is read
  if (await isThere(path)) return path;
  const rows = await readMetrics(run.metrics, identity);
  const evaluated = rows.find(({ kind, step }) => kind === 'evaluation' && step > 0)?.step;
  const last = rows.reduce((most, { step }) => Math.max(most, step), 0);
  // a checkpoint follows each evaluation, before the next step
  const isLost = evaluated !== undefined && (last > evaluated || existsSync(run.model));
  if (!isLost) return undefined;
  throw new UserError(
    `${path} is missing, although the run ${run.name} has made ${counted(last, 'step')}: it cannot be resumed without. Restore the file, or start a new run.`,
  );
}
