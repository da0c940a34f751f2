import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tokenizeByModel } from '#antonym/prompts/model-tokenizer.js';
import { UserError } from '#antonym/support/errors.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

/** See golden/model_tokenizer.py. */
const weights = fileURLToPath(new URL('golden/model-tokenizer/model.safetensors', import.meta.url));
const context = 64;

test('texts become what the tokenizer library of Python makes of them, in lower case, with an end and padding', async () => {
  const expected = JSON.parse(await readFile(join(weights, '../expected.json'), 'utf8')) as Record<string, number[]>;
  const texts = Object.keys(expected);
  const { shape, data } = await tokenizeByModel(texts, context, weights);
  expect(shape).toEqual([texts.length, context]);
  for (const [row, text] of texts.entries()) {
    const ids = [...expected[text]!, 1];
    const padded = [...ids, ...new Array<number>(context - ids.length).fill(0)];
    expect(Array.from(data.subarray(row * context, (row + 1) * context), Number), text).toEqual(padded);
  }
});

test('a text that is too long, a missing and a damaged tokenizer are errors that say what to do', async () => {
  await expect(tokenizeByModel(['good photo. '.repeat(60)], context, weights)).rejects.toThrow(/reads at most 63: shorten it\.$/);
  const folder = await temporaryFolder();
  await expect(tokenizeByModel(['good'], context, join(folder, 'model.safetensors'))).rejects.toThrow(
    /put the tokenizer\.json .* or choose --prompts seeded/,
  );
  await mkdir(join(folder, 'damaged'));
  await writeFile(join(folder, 'damaged/tokenizer.json'), '{"model": 3}');
  await expect(tokenizeByModel(['good'], context, join(folder, 'damaged/model.safetensors'))).rejects.toThrow(UserError);
});
