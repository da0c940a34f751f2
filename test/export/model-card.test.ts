/** The card of a model, from the files of the one that ships. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { modelCard } from '#antonym/export/model-card.js';
import { parseModelDescription } from '#antonym/export/model-description.js';
import { paritySchema } from '#antonym/export/parity.js';
import { shippedModel } from '#antonym/export/shipped-model.js';
import { parseSealed } from '#antonym/support/sealed-json.js';

const folder = dirname((await shippedModel())!.path);
const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
const description = parseModelDescription(await text('model.json'), 'model.json');
const facts = { parity: paritySchema.parse(parseSealed(await text('parity.json'))), files: [], opinions: [] };
/** The first table: what is said of what. */
const rows = (card: string): string[][] =>
  [...card.split('## Use')[0]!.matchAll(/^\| (\w[\w ]*?) +\| (.*) \|$/gm)].map(([, name, value]) => [name!, value!]);

test('states every fact once', () => {
  const names = rows(modelCard({ ...facts, description })).map(([name]) => name);
  expect(names).toEqual(['Method', 'Backbone', 'Weights', 'Head', 'Data', 'Training', 'Score', 'Made by']);
  const reduced = rows(modelCard({ ...facts, description: { ...description, precision: 'int8' } })).map(([name]) => name);
  expect(reduced).toEqual(['Method', 'Backbone', 'Weights', 'Head', 'Data', 'Training', 'Precision', 'Score', 'Made by']);
});

test.each([
  [{ samples: 1815 }, 'fitted to 1815 crops, seed 1', 'was fitted without any human opinion'],
  [{ step: 9, steps: 10, samples: undefined }, 'step 9 of 10, crops of 256 pixels, seed 1', 'was trained without any human opinion'],
  [
    { step: 9, steps: 10, samples: undefined, tune: 'head' as const },
    'step 9 of 10, crops of 256 pixels, seed 1; the head only: the encoder is as it was',
    'was trained without any human opinion',
  ],
  [{ samples: undefined }, 'none', 'was not trained by this program'],
])('says how the weights came about: %o', (training, row, sentence) => {
  const { samples, ...rest } = { ...description.training, ...training };
  const card = modelCard({ ...facts, description: { ...description, training: samples === undefined ? rest : { ...rest, samples } } });
  expect(new Map(rows(card) as [string, string][]).get('Training')).toBe(row);
  expect(card).toContain(sentence);
  expect(card.includes('scores are as reliable as in training')).toBe(row !== 'none');
});
