/** The model that comes with the package, as it lies there. */
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { distortions } from '#antonym/degrade/distortions/table.js';
import { loadModel } from '#antonym/index.js';
import { shippedModel } from '#antonym/score/shipped-model.js';
import { hashFiles } from '#antonym/support/files/hash-files.js';
import { rendered } from '../pairs/folder-of-photographs.js';

describe('the model that ships', () => {
  test('is small', async () => {
    const files = await hashFiles(dirname((await shippedModel())!.path));
    expect(files.map(({ name }) => name)).toEqual(['MODEL_CARD.md', 'model.json', 'model.onnx', 'parity.json']);
    expect(files.reduce((total, { bytes }) => total + bytes, 0)).toBeLessThan(12e6);
  });

  test('scores what cameras and files do to photographs below the photographs, and worse the more they do', async () => {
    const model = await loadModel();
    try {
      // scenes that it was not fitted to
      for (const index of [101, 102, 103]) {
        const image = renderProcedural(rendered(index, 448, 320));
        const pristine = await model.score(image);
        for (const name of ['gaussian-blur', 'motion-blur', 'jpeg', 'nonlinear-contrast-change'] as const) {
          const { severities, apply } = distortions[name];
          const parameters = { orientation: 0.6 };
          const [mild, strong] = [severities[2]!, severities[4]!];
          const scores = [pristine];
          for (const strength of [mild, strong]) scores.push(await model.score(await apply(image, strength, parameters)));
          expect(scores, `${name} of scene ${index}`).toEqual([...scores].sort((a, b) => b - a));
        }
      }
    } finally {
      await model.close();
    }
  });
});
