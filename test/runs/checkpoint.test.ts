import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '#antonym/runs/checkpoint.js';
import { UserError } from '#antonym/support/errors.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const tensors = new Map<string, TensorData>([
  ['weight', floatTensor([2, 3], [1, 2, 3, Number.NaN, -0, Number.POSITIVE_INFINITY])],
  ['count', { dataType: 'int64', shape: [], data: BigInt64Array.of(7n) }],
]);
const checkpoint = { step: 12, tensors, metadata: { best: '0.97', 'best.step': '10' } };

describe('checkpoint', () => {
  test('what was saved is loaded, and equal checkpoints are equal bytes', async () => {
    await saveCheckpoint(join(folder, 'a'), checkpoint);
    await saveCheckpoint(join(folder, 'b'), { ...checkpoint, tensors: new Map([...tensors].reverse()) });
    expect(await loadCheckpoint(join(folder, 'a'))).toEqual(checkpoint);
    expect(await readFile(join(folder, 'a'))).toEqual(await readFile(join(folder, 'b')));
  });

  test('a flipped bit in any byte, a missing byte and an added one are noticed', async () => {
    const path = join(folder, 'changed');
    await saveCheckpoint(path, checkpoint);
    const bytes = await readFile(path);
    for (const [place, byte] of bytes.entries()) {
      const changed = Buffer.from(bytes);
      changed[place] = byte ^ (1 << (place % 8));
      await writeFile(path, changed);
      await expect(loadCheckpoint(path), `byte ${place}`).rejects.toThrow(UserError);
    }
    for (const changed of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.of(0)])]) {
      await writeFile(path, changed);
      await expect(loadCheckpoint(path)).rejects.toThrow(UserError);
    }
  });

  test('a file of another program is named as such', async () => {
    const path = join(folder, 'foreign');
    await copyFile(new URL('../tensors/golden/numpy.safetensors', import.meta.url), path);
    await expect(loadCheckpoint(path)).rejects.toThrow(/is not a checkpoint of this program/);
  });

  test.skipIf(process.platform === 'win32')('a write killed at any moment leaves the last checkpoint whole', async () => {
    const path = join(folder, 'killed', 'last');
    const steps: number[] = [];
    for (let round = 0; round < 6; round++) {
      const writer = spawn(process.execPath, ['--input-type=module', '-e', endlessWriter, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(writer.stdout, 'data'); // the first checkpoint of this round is on disk
      await new Promise((resolve) => setTimeout(resolve, round * 12));
      writer.kill('SIGKILL');
      await once(writer, 'close');
      const loaded = await loadCheckpoint(path);
      expect(loaded.tensors.get('weight')?.data.every((value) => value === loaded.step)).toBe(true);
      steps.push(loaded.step);
    }
    expect(Math.max(...steps)).toBeGreaterThan(1); // some were killed while they replaced a checkpoint
    const files = await readdir(join(folder, 'killed'));
    expect(files.filter((name) => !name.startsWith('.antonym-staging.'))).toEqual(['last']);
  });
});

/** Saves checkpoints of steps 1, 2, 3, ... whose every weight is the step, and says when each is on disk. */
const endlessWriter = `
  import { floatTensor } from '#antonym/tensors/tensor-data.js';
  import { saveCheckpoint } from '#antonym/runs/checkpoint.js';
  for (let step = 1; ; step++) {
    const weight = floatTensor([250000], new Float32Array(250000).fill(step));
    await saveCheckpoint(process.argv[1], { step, tensors: new Map([['weight', weight]]), metadata: {} });
    process.stdout.write('saved ');
  }
`;
