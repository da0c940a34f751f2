import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { Graph } from '#antonym/graph/graph.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { saveCheckpoint } from '#antonym/runs/checkpoint.js';
import { encodeSafetensors } from '#antonym/tensors/safetensors.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { initialTensors } from '#antonym/train/graphs/state.js';
import { startingPoint, startingPointOf } from '#antonym/train/starting-point.js';
import { tensorsOf } from '../heads/head-of.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const path = join(folder, 'weights.safetensors');
const backbone = findBackbone('clip-tiny');
let parameters: Record<string, TensorData>;

beforeAll(async () => {
  const graph = new Graph();
  const declared = new Parameters(graph, 'inputs');
  const pixels = graph.input('pixels', 'float32', [1, 3, 32, 32]);
  backbone.embed({ graph, parameters: declared, normalization: 'running' }, pixels);
  parameters = initialTensors(declared.specs.values(), 5);
  await writeFile(path, Buffer.concat(encodeSafetensors({ tensors: new Map(Object.entries(parameters)), metadata: {} })));
});

/** Comparing arrays of a hundred thousand numbers takes seconds. */
const digests = (tensors: Readonly<Record<string, TensorData>>): unknown =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, [shape, createHash('sha256').update(data).digest('hex')]]),
  );

describe('what training starts from', () => {
  test('are the weights of a file', async () => {
    const start = await startingPoint({ weights: path, head: 'prompts', prompts: 'auto', seed: 7 }, backbone);
    expect(digests(start.parameters)).toEqual(digests(parameters));
    expect(tensorsOf(start.head, 128)['prompts.features']).toEqual(seededPrompts(7, 7, 128));
  });

  test('is drawn from the seed for random weights', async () => {
    expect(await startingPoint({ weights: 'random', head: 'prompts', prompts: 'seeded', seed: 7 }, backbone)).toMatchObject({
      parameters: {},
    });
  });

  test('are, for a run that is resumed, the prompts of its checkpoint', async () => {
    const features = seededPrompts(3, 2, 128);
    const checkpoint = join(folder, 'checkpoint');
    await saveCheckpoint(checkpoint, { step: 1, tensors: new Map([['prompts.features', features]]), metadata: { prompts: 'two' } });
    const { parameters: given, head } = await startingPointOf(checkpoint, { head: 'prompts' }, backbone);
    expect(given).toEqual({});
    expect(tensorsOf(head, 128)).toEqual({ 'prompts.features': features });
    expect([head.description, head.metadata]).toEqual(['two', { prompts: 'two' }]);
    await expect(startingPointOf(path, { head: 'prompts' }, backbone)).rejects.toThrow(/nothing to make the head prompts of/);
  });

  test.each([
    ['nowhere.pt', 'auto', /Cannot read .*nowhere\.pt: it does not exist/],
    ['weights.safetensors', 'antonyms', /Prompts of words need a text encoder, but the backbone clip-tiny has none/],
    ['weights.safetensors', 'nowhere.json', /Cannot read nowhere\.json: it does not exist/],
    ['random', 'stored', /no prompts stored with random weights/],
    ['cut.safetensors', 'auto', /is not a usable safetensors file: its tensors take \d+ bytes, but \d+ bytes follow/],
  ])('not from %s with --prompts %s', async (file, prompts, message) => {
    const whole = await readFile(path);
    await writeFile(join(folder, 'cut.safetensors'), whole.subarray(0, whole.length / 2));
    const weights = file === 'random' ? file : join(folder, file);
    await expect(startingPoint({ weights, head: 'prompts', prompts, seed: 1 }, backbone)).rejects.toThrow(message);
  });
});
