/** A run that trains an image encoder from a file of PyTorch's exporter, and needs that file no more. */
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { readResult } from '../../support/files/read-result.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { twoDistortions } from './reference-run.js';

const folder = await temporaryFolder();
const golden = join(import.meta.dirname, '..', '..', 'backbones', 'golden');
const encoder = join(folder, 'encoder.onnx');

test('an ONNX file is trained, exported from the copy in the run, and scores images of any size with its own', async () => {
  await cp(join(golden, 'onnx_vision_transformer.onnx'), encoder);
  await writePhotographs(join(folder, 'photos'), 4);
  const small = [
    ...'--data photos --steps 2 --batch-size 1 --accumulate 1 --held-out 1 --levels 2 --degradations off'.split(' '),
    ...twoDistortions,
  ];
  const trained = await antonymHere(['train', '--backbone', 'encoder.onnx', ...small, '--run', 'vit'], folder);
  expect(trained.status, trained.stderr).toBe(0);
  await rm(encoder);

  const config = await readResult(join(folder, 'runs', 'vit', 'config.json'));
  expect(config).toMatchObject({ backbone: 'encoder.onnx', weights: 'own', crop: 32, origins: { crop: 'implied', weights: 'preset' } });
  const { tensors } = await readSafetensors(join(folder, 'runs', 'vit', 'checkpoints', 'last.safetensors'));
  const before = (await readSafetensors(join(golden, 'onnx_vision_transformer.safetensors'))).tensors.get('value.conv_proj.weight')!;
  const after = tensors.get('visual.conv_proj.weight')!;
  const moved = Array.from(after.data as Float32Array, (value, index) => Math.abs(value - Number(before.data[index])));
  expect(Math.max(...moved)).toBeGreaterThan(0);
  // two steps of AdamW at 1e-6 at most
  expect(Math.max(...moved)).toBeLessThan(1e-5);

  const exported = await antonymHere(['export', '--run', 'vit', '--out', 'again'], folder);
  expect(exported.status, exported.stderr).toBe(0);
  const model = await readFile(join(folder, 'again', 'model.onnx'));
  expect(model.equals(await readFile(join(folder, 'runs', 'vit', 'export', 'model.onnx')))).toBe(true);
  const { size, backbone } = await readResult(join(folder, 'again', 'model.json'));
  expect(size).toEqual({ minimumSide: 32, recommendedSide: 32, fixedSide: 32 });
  expect(backbone).toMatch(/^encoder\.onnx: the output embedding of an ONNX file with SHA-256 [0-9a-f]{64} /);
  const scored = await antonymHere(['score', 'photos', '--model', join('again', 'model.onnx')], folder);
  expect(scored, scored.stderr).toMatchObject({ status: 0, stdout: expect.stringMatching(/^(0\.\d+ {2}\S+( {2}like [\w ]+)?\n){4}$/) });
});

test.each([
  [['--crop', '64'], /--crop is 32 for the images that onnx_vision_transformer\.onnx takes, but received 64/],
  [['--mean', '1,2'], /--mean must be three numbers from 0 to 1, separated by commas, or auto, but received 1,2/],
  [['--weights', 'random'], /--weights random does not fit onnx_vision_transformer\.onnx, which has its own/],
  [['--output', 'embeddings'], /has no output "embeddings", only embedding/],
  [['--batch-norm', 'train'], /no batch normalization that could be trained/],
])('%j does not fit an ONNX file of a fixed size', async (flags, message) => {
  const path = join(golden, 'onnx_vision_transformer.onnx');
  await expectRefused(['train', '--backbone', path, ...flags], message, folder);
});
