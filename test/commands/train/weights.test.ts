/** Training that starts from weights of others: of another run, and of published files. */
import { createHash } from 'node:crypto';
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { beforeAll, expect, test } from 'vitest';
import { type Checkpoint, loadCheckpoint } from '#antonym/runs/checkpoint.js';
import { readResult } from '../../support/files/read-result.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { digestOf } from '../run-files.js';
import { copyShortRun, tiny, twoDistortions } from './reference-run.js';

const folder = await temporaryFolder();
const run = (name: string, ...parts: string[]): string => join(folder, 'runs', name, ...parts);
const bestOf = (name: string): string => run(name, 'checkpoints', 'best.safetensors');
const train = (...flags: string[]) => antonymHere(['train', ...tiny, ...twoDistortions, ...flags], folder);

function largestDifference(a: Checkpoint, b: Checkpoint, name: string): number {
  const [own, other] = [a.tensors.get(name)!.data, b.tensors.get(name)!.data];
  let largest = 0;
  for (let index = 0; index < own.length; index++) largest = Math.max(largest, Math.abs(Number(own[index]) - Number(other[index])));
  return largest;
}

/** The digest of an exported model without the origin of its weights. */
async function modelWithoutOrigin(name: string): Promise<string> {
  const model = onnxProto.onnx.ModelProto.decode(await readFile(run(name, 'export', 'model.onnx')));
  model.metadataProps = model.metadataProps.filter(({ key }) => key !== 'antonym.weights');
  return createHash('sha256').update(onnxProto.onnx.ModelProto.encode(model).finish()).digest('hex');
}

beforeAll(() => copyShortRun(folder));

test('a run starts where another was best, prompts included; from its file too, which is not needed afterwards', async () => {
  // a learning rate that moves nothing by more than rounding
  const flags = ['--steps', '1', '--warmup-steps', '0', '--lr', '1e-12', '--seed', '2'];
  const { status, stderr } = await train(...flags, '--init', 'reference', '--run', 'by-name');
  expect(status, stderr).toBe(0);
  const [first, second] = [await loadCheckpoint(bestOf('reference')), await loadCheckpoint(bestOf('by-name'))];
  for (const name of first.tensors.keys()) {
    if (!/^moment|running_/.test(name)) expect(largestDifference(second, first, name), name).toBeLessThan(1e-10);
  }
  const moment = 'moment1.visual.conv1.weight';
  expect(largestDifference(second, first, moment)).toBeGreaterThan(1e-6);
  expect(await readResult(run('by-name', 'config.json'))).toMatchObject({ weights: 'run:reference', prompts: 'auto' });

  // a copy that has the list of images beside it: what the reference was trained on is not held out, as by name
  const copy = join('elsewhere', 'checkpoints', 'best.safetensors');
  await cp(bestOf('reference'), join(folder, copy));
  await cp(run('reference', 'images.json'), join(folder, 'elsewhere', 'images.json'));
  expect(await train(...flags, '--weights', copy, '--run', 'by-file')).toMatchObject({ status: 0 });
  await rm(join(folder, 'elsewhere'), { recursive: true });
  const lastOf = (name: string): Promise<Checkpoint> => loadCheckpoint(run(name, 'checkpoints', 'last.safetensors'));
  const [named, filed] = [await lastOf('by-name'), await lastOf('by-file')];
  expect(filed.tensors).toEqual(named.tensors);
  // the origin and the run's options differ: the reference began from random weights, and a file is known by its digest
  const { weights: origin, run: filedRun, ...others } = filed.metadata;
  const { run: namedRun, ...otherNamed } = named.metadata;
  expect(others).toEqual(otherNamed);
  expect(filedRun).not.toBe(namedRun);
  expect(JSON.parse(origin!)).toEqual({ source: 'best.safetensors', sha256: await digestOf(bestOf('reference')) });
  expect(await modelWithoutOrigin('by-file')).toBe(await modelWithoutOrigin('by-name'));
  expect((await readResult(run('by-file', 'export', 'model.json'))).prompts).toBe(
    '7 pairs of text features that were stored with the weights',
  );
  const again = await antonymHere(['export', '--run', 'by-file', '--out', join(folder, 'again')], folder);
  expect(again.status, again.stderr).toBe(0);
  expect(await digestOf(join(folder, 'again', 'model.onnx'))).toBe(await digestOf(run('by-file', 'export', 'model.onnx')));
});
