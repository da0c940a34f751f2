import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recognizeWeights } from '#antonym/backbones/weights/recognize-weights.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const [first, copy] = ['the weights', 'the same in another format'];
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const published = {
  origin: 'their authors',
  licence: { name: 'MIT', bindsDerivatives: false },
  original: { name: 'RN50.pt', sha256: sha256(first) },
  hub: { repository: 'owner/name', revision: 'main', name: 'model.safetensors', sha256: sha256(copy) },
};

test.each<[name: string, content: string, expected: RegExp | undefined]>([
  ['mine.pt', first, /mine\.pt is RN50\.pt of their authors \(SHA-256 \w{64}\)$/],
  ['renamed', copy, /renamed is model\.safetensors of owner\/name on the Hugging Face hub/],
  ['RN50.pt', 'half of the weights', /^warning: .*RN50\.pt is not the RN50\.pt of their authors: its SHA-256 is \w{64}, not \w{64}$/],
  ['finetuned.pt', 'other weights', undefined],
])('%s with %j', async (name, content, expected) => {
  await writeFile(join(folder, name), content);
  const text = await recognizeWeights(join(folder, name), published);
  if (expected === undefined) expect(text).toBeUndefined();
  else expect(text).toMatch(expected);
});

test('a folder, or nothing', async () => {
  expect(await recognizeWeights(folder, published)).toBeUndefined();
  expect(await recognizeWeights(join(folder, 'missing'), published)).toBeUndefined();
});
