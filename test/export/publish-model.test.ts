/** An exported model and its file of weights come, go and are replaced together. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishModel } from '#antonym/export/publish-model.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = join(await temporaryFolder(), 'export');
const bytes = (text: string): Uint8Array[] => [Buffer.from(text)];
const contents = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all((await readdir(folder)).sort().map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
const publish = (model: string, data: string, check = async (path: string) => readFile(path, 'utf8')): Promise<string> =>
  publishModel(folder, { model: bytes(model), data: data === '' ? [] : bytes(data) }, check, async () => {});

test('a model is checked before it is in its place, with its weights beside it', async () => {
  const checked = await publish('first', 'weights of the first', async (path) => {
    expect((await readdir(folder)).filter((name) => name.startsWith('model'))).toEqual([]);
    return `${await readFile(path, 'utf8')}, ${await readFile(`${path}.data`, 'utf8')}`;
  });
  expect(checked).toBe('first, weights of the first');
  expect(await contents()).toEqual({ 'model.onnx': 'first', 'model.onnx.data': 'weights of the first' });
});

test('one that fails its check changes nothing', async () => {
  const refused = publish('second', 'weights of the second', () => Promise.reject(new Error('it differs')));
  await expect(refused).rejects.toThrow('it differs');
  expect(await contents()).toEqual({ 'model.onnx': 'first', 'model.onnx.data': 'weights of the first' });
});

test('one without weights beside it removes those of the model before', async () => {
  expect(await publish('third', '')).toBe('third');
  expect(await contents()).toEqual({ 'model.onnx': 'third' });
});

test('one that fails its check leaves no folder that was made for it', async () => {
  const above = join(folder, 'new');
  const model = { model: bytes('fourth'), data: [] };
  const fails = publishModel(
    join(above, 'deep'),
    model,
    () => Promise.reject(new Error('it differs')),
    async () => {},
  );
  await expect(fails).rejects.toThrow('it differs');
  expect(await readdir(folder)).toEqual(['model.onnx']);
});
