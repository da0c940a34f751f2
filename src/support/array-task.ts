/** The number of a task in an array of jobs, as schedulers tell it. */

/** Variables, and what the first task has: Slurm, PBS and SGE count as they were told to, so tasks must count from 1 there. */
const variables = [
  ['SLURM_ARRAY_TASK_ID', 1],
  ['JOB_COMPLETION_INDEX', 0],
  ['AWS_BATCH_JOB_ARRAY_INDEX', 0],
  ['PBS_ARRAY_INDEX', 1],
  ['SGE_TASK_ID', 1],
] as const;

/** @returns from 1; undefined where no scheduler tells one */
export function arrayTask(environment: NodeJS.ProcessEnv = process.env): number | undefined {
  for (const [name, first] of variables) {
    const text = environment[name];
    if (text !== undefined && /^\d+$/.test(text)) return Number(text) + 1 - first;
  }
  return undefined;
}
