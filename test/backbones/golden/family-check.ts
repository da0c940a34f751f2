/** The parts that tests of families share: tiny instances of reference implementations, read by our readers (see family_golden.py). */
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { normalizePixels } from '#antonym/backbones/normalize-pixels.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { layOut } from '#antonym/backbones/weights/lay-out.js';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import { readBackbone } from '#antonym/backbones/weights/read-backbone.js';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { compile } from '../../graph/run-graph.js';
import { distance, gradientError, norm, numbers, statedPixels } from './golden-step.js';
import { stated } from './stated-values.js';

/** Largest relative error of an embedding. */
const tolerance = 1e-5;

export const goldenFile = (name: string): string => fileURLToPath(new URL(`families/${name}`, import.meta.url));

async function weightsIn(file: string, backbone: Backbone): Promise<Record<string, TensorData>> {
  const source = await openWeights(goldenFile(file));
  try {
    return await readBackbone(source, backbone);
  } finally {
    await source.close();
  }
}

async function expectedOf(file: string): Promise<ReadonlyMap<string, TensorData>> {
  return (await readSafetensors(goldenFile(`${file.replace(/\.\w+$/, '')}.expected.safetensors`))).tensors;
}

/**
 * Embeds images of a free size, and of each size as a fixed one, as training and serving do.
 * @param file of weights, beside which the expected values lie
 * @param sizes `HxW` to compare; default: all that there are
 */
export async function expectSameEmbeddings(backbone: Backbone, file: string, sizes?: readonly string[]): Promise<void> {
  const expected = await expectedOf(file);
  const weights = await weightsIn(file, backbone);
  const prefix = 'embedding.';
  const names = sizes ?? [...expected.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  expect(names.length).toBeGreaterThan(0);
  const run = await compile(embeddingGraph(backbone, weights, ['height', 'width']));
  for (const name of names) {
    const [height, width] = name.split('x').map(Number) as [number, number];
    const image = statedPixels(`image.${name}`, 2, height, width);
    const runs = [run, await compile(embeddingGraph(backbone, weights, [height, width]))];
    for (const [index, own] of runs.entries()) {
      const { embedding } = await own({ image });
      expect(embedding!.shape).toEqual([2, backbone.embedding]);
      const error = distance(numbers(embedding), numbers(expected.get(prefix + name)));
      expect(error, `${file} ${name}, size ${index === 0 ? 'free' : 'fixed'}`).toBeLessThan(tolerance);
    }
  }
}

function embeddingGraph(backbone: Backbone, weights: Readonly<Record<string, TensorData>>, size: readonly (string | number)[]): Graph {
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['batch', ...size, 3]);
  graph.output('embedding', embed(graph, new Parameters(graph, weights), image, backbone));
  return graph;
}

function embed(graph: Graph, parameters: Parameters, image: Value, backbone: Backbone): Value {
  return backbone.embed({ graph, parameters, normalization: 'running' }, normalizePixels(graph, image, backbone));
}

/** Compares the gradient of every parameter with the reference's, which our reader lays out as it does weights. */
export async function expectSameGradients(backbone: Backbone, file: string, side: number): Promise<void> {
  const weights = await weightsIn(file, backbone);
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  const embedding = embed(graph, parameters, graph.input('image', 'uint8', [2, side, side, 3]), backbone);
  const weighting = Array.from(stated('weights', 2 * backbone.embedding), (value) => value - 0.5);
  const weighted = graph.add('Mul', [embedding, graph.numbers('float32', weighting, [2, backbone.embedding])]);
  const trained = trainedSpecs(parameters).map(({ name }) => name);
  const gradients = differentiate(
    graph,
    graph.add('ReduceSum', [weighted], { keepdims: 0 }),
    trained.map((name) => parameters.declared.get(name)!),
  );
  for (const [index, name] of trained.entries()) graph.output(`gradient.${name}`, gradients[index]!);
  const found = await (await compile(graph))({ ...weights, image: statedPixels('gradient', 2, side, side) });

  const stored = [...(await expectedOf(file))].flatMap(([name, tensor]) =>
    name.startsWith('gradient.') ? [[name.slice('gradient.'.length), tensor] as const] : [],
  );
  const tensors = new Map(stored);
  const source = {
    path: file,
    tensors: new Map(stored.map(([name, { shape }]) => [name, { shape, type: 'float32' as const }])),
    read: async (name: string) => tensors.get(name)!,
    close: async () => {},
  };
  const expected = layOut(source, backbone.reader);
  expect([...expected.tensors.keys()].filter((name) => backbone.reader.unused?.test(name) !== true).sort()).toEqual(trained.sort());
  const values = new Map<string, number[]>();
  for (const name of trained) values.set(name, numbers(await expected.read(name)));
  const total = norm([...values.values()].map(norm));
  for (const [name, of] of values) expect(gradientError(numbers(found[`gradient.${name}`]), of, total), name).toBeLessThan(1e-3);
}
