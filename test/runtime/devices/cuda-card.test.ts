import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cardOf } from '#antonym/runtime/devices/cuda-card.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();

test('processes on a machine take the cards that they see in turn', async () => {
  for (const card of ['0000:01:00.0', '0000:02:00.0']) await mkdir(join(folder, card));
  const cards = (environment: NodeJS.ProcessEnv, place = folder): number[] =>
    [0, 1, 2].map((process) => cardOf(process, environment, place));
  expect(cards({})).toEqual([0, 1, 0]);
  expect(cards({ CUDA_VISIBLE_DEVICES: '4,5,6,7' })).toEqual([0, 1, 2]);
  // as Slurm does with --gpus-per-task 1
  expect(cards({ CUDA_VISIBLE_DEVICES: '3' })).toEqual([0, 0, 0]);
  expect(cards({}, join(folder, 'none'))).toEqual([0, 0, 0]);
});
