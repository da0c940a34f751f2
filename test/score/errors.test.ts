/** Errors of ONNX Runtime while an image is scored, with their codes. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadModel } from '#antonym/index.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { saveModel } from './brightness-model.js';

const folder = await temporaryFolder();
const plain = { data: new Uint8Array(192).fill(51), width: 8, height: 8 };

test('a tensor that no machine has memory for: ERR_ANTONYM_OUT_OF_MEMORY', async () => {
  // 256 TiB, more than the addresses of a process
  const path = await saveModel(join(folder, 'huge'), (graph, pixels) => {
    const mean = graph.add('ReduceMean', [pixels, graph.integers(1, 2, 3)], { keepdims: 1 });
    const huge = graph.add('Expand', [mean, graph.integers(1, 2 ** 23, 2 ** 23, 1)]);
    return graph.add('ReduceMean', [huge, graph.integers(1, 2, 3)], { keepdims: 0 });
  });
  const model = await loadModel(path);
  try {
    await expect(model.score(plain)).rejects.toMatchObject({ name: 'ImageError', code: 'ERR_ANTONYM_OUT_OF_MEMORY' });
  } finally {
    await model.close();
  }
});

test('a graph that cannot be computed for an image: ERR_ANTONYM_FAILED, with the reason', async () => {
  const path = await saveModel(join(folder, 'fixed'), (graph, pixels) => {
    const tenthRow = graph.add('Gather', [pixels, graph.integers(9)], { axis: 1 });
    return graph.add('ReduceMean', [tenthRow, graph.integers(1, 2, 3)], { keepdims: 0 });
  });
  const model = await loadModel(path);
  try {
    const failed = { name: 'ImageError', code: 'ERR_ANTONYM_FAILED', message: expect.stringMatching(/^the pixels: ONNX Runtime failed: /) };
    await expect(model.score(plain)).rejects.toMatchObject(failed);
  } finally {
    await model.close();
  }
});
