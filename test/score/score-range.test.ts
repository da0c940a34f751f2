/** A model that gives what cannot be a score is told by name, instead of a number that somebody believes. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadModel } from '#antonym/index.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { saveBrightnessModel } from './brightness-model.js';

const folder = await temporaryFolder();
const gray = (value: number) => ({ width: 16, height: 16, data: new Uint8Array(16 * 16 * 3).fill(value) });

test.each([2, -1, Number.NaN])('scores times %d', async (factor) => {
  const path = await saveBrightnessModel(join(folder, String(factor)), factor);
  await using model = await loadModel(path);
  await expect(model.score(gray(200))).rejects.toThrow(`${path} gives the score ${factor === 2 ? '1.5' : factor === -1 ? '-0.7' : 'NaN'}`);
});
