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
  ['a model of llama.cpp', 'GGUF\x03\0\0\0'],
  ['an HDF5 file', '\x89HDF\r\n\x1a\n'],
  ['a model of TensorFlow Lite', '\x1c\0\0\0TFL3\x14\0'],
  ['an array of NumPy', '\x93NUMPY\x01\0'],
  ['a pickle of Python', '\x80\x04}q\0.'],
  ['a file of safetensors', '\x02\0\0\0\0\0\0\0{}'],
  ['a picture', '\xff\xd8\xff\xe0\0\x10JFIF'],
])('%s in the place of a model is named', async (what, content) => {
  const path = join(folder, `${what}.onnx`);
  await writeFile(path, content, 'latin1');
  await expect(readOnnxModel(path)).rejects.toThrow(`is not an ONNX model that can be read: it is ${what}`);
  await expect(loadModel(path)).rejects.toThrow(`is not an ONNX model that can be run: it is ${what}`);
});
