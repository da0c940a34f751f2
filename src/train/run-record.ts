/** The files that the loop writes into the folder of a run; where several processes train, those beside process 0 write nothing. */
import type { Checkpoint } from '../runs/checkpoint.js';
import { MetricsLog, type MetricsRow } from '../runs/metrics-log.js';
import { type RunFolder, readConfig } from '../runs/run-directory.js';
import { saveRunCheckpoint } from './run-checkpoint.js';
import { runIdentity } from './run-identity.js';

export interface RunRecord {
  append(row: MetricsRow): Promise<void>;
  saveBest(checkpoint: Checkpoint): Promise<void>;
  /** Rows appended before are on disk before the checkpoint is. */
  saveLast(checkpoint: Checkpoint): Promise<void>;
  close(): Promise<void>;
}

/** @param step after which the record continues @throws UserError when a file cannot be read or written. */
export async function openRunRecord(run: RunFolder, step: number): Promise<RunRecord> {
  const identity = runIdentity(await readConfig(run));
  const metrics = await MetricsLog.open(run.metrics, step, identity);
  return {
    append: (row) => metrics.append(row),
    saveBest: (checkpoint) => saveRunCheckpoint(run.bestCheckpoint, identity, checkpoint),
    async saveLast(checkpoint) {
      await metrics.sync();
      await saveRunCheckpoint(run.lastCheckpoint, identity, checkpoint);
    },
    close: () => metrics.close(),
  };
}

export const noRecord: RunRecord = {
  append: async () => {},
  saveBest: async () => {},
  saveLast: async () => {},
  close: async () => {},
};
