import { expect, test } from 'vitest';
import { arrayTask } from '#antonym/support/array-task.js';
import { numberRanges } from '#antonym/support/number-ranges.js';

test.each([
  [{ SLURM_ARRAY_TASK_ID: '7' }, 7],
  [{ JOB_COMPLETION_INDEX: '6' }, 7],
  [{ AWS_BATCH_JOB_ARRAY_INDEX: '0' }, 1],
  [{ PBS_ARRAY_INDEX: '3' }, 3],
  [{ SGE_TASK_ID: '12' }, 12],
  // as outside of an array
  [{ SGE_TASK_ID: 'undefined' }, undefined],
  [{}, undefined],
])('the task of %o', (environment, expected) => {
  expect(arrayTask(environment)).toBe(expected);
});

test('numbers of tasks are written as schedulers take them', () => {
  expect([[], [4], [1, 2, 3], [2, 4, 5, 9]].map(numberRanges)).toEqual(['', '4', '1-3', '2,4-5,9']);
});
