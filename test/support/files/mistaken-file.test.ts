import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOnnxModel } from '#antonym/graph/reading/onnx-model.js';
import { loadModel } from '#antonym/score/load-model.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = await temporaryFolder();

test.each([
  ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'],
  ['a web page', '<!DOCTYPE html>\n<html><title>Sign in</title></html>'],
  ['JSON', '{"error": "Entry not found"}'],
])('%s in the place of a model is named', async (what, content) => {
  const path = join(folder, `${what}.onnx`);
  await writeFile(path, content);
  await expect(readOnnxModel(path)).rejects.toThrow(`is not an ONNX model that can be read: it is ${what}`);
  await expect(loadModel(path)).rejects.toThrow(`is not an ONNX model that can be run: it is ${what}`);
});
