/**
 * Files of earlier versions still open. `golden/capture-0.1.0` is the model that shipped until commit 18abf1d, as it lay in `models/capture`: a
 * regression written down as two prompts.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openModels } from '#antonym/commands/open-models.js';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { modelCard } from '#antonym/export/model-card.js';
import { parseModelDescription } from '#antonym/export/model-description.js';
import { loadModel } from '#antonym/index.js';
import { noProviderOptions } from '#antonym/runtime/devices/provider-options.js';
import { rendered } from '../pairs/folder-of-photographs.js';

const folder = fileURLToPath(new URL('golden/capture-0.1.0', import.meta.url));
const images = [101, 102, 103].map((index) => renderProcedural(rendered(index, 448, 320)));
/** The scores that the program of that commit gives these images with it. */
const scores = [0.9098075, 0.9372442, 0.9200407];

test('a model of the first format scores as it did, in the library and in commands', async () => {
  const model = await loadModel(folder);
  const [named] = await openModels({ model: [`${folder}/model.onnx`], device: 'cpu', providerOptions: noProviderOptions }, () => {});
  try {
    expect(model.description).toMatchObject({ prompts: 'the directions of high and of low quality', scale: 2.5 });
    for (const [index, image] of images.entries()) {
      expect(Math.abs((await model.score(image)) - scores[index]!)).toBeLessThan(1e-6);
      expect(Math.abs((await named!.model.score(image)) - scores[index]!)).toBeLessThan(1e-6);
    }
  } finally {
    await model.close();
    await named!.model.close();
  }
});

test('its description still makes a card', async () => {
  const description = parseModelDescription(await readFile(`${folder}/model.json`, 'utf8'), 'model.json');
  const parity = { crops: 96, largestDifference: { score: 1e-7, similarity: 1e-7 }, tolerance: 1e-5 };
  const card = modelCard({ description, parity, files: [], opinions: [] });
  expect(card).toContain('| Prompts  | the directions of high and of low quality |');
  expect(card).toContain('| Score    | mean softmax of similarities to opposite prompts, scale 2.5 |');
});
