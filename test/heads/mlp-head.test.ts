import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { type ActivationName, activationNames } from '#antonym/heads/activations.js';
import { agmWidth, mlpHead, mlpKind } from '#antonym/heads/mlp-head.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { buildLossGraph, trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { distance, numbers } from '../backbones/golden/golden-step.js';
import { stated } from '../backbones/golden/stated-values.js';
import { compile } from '../graph/run-graph.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { tensorsOf } from './head-of.js';

interface Golden {
  readonly activation: ActivationName;
  readonly gamma: boolean;
  readonly z: number[];
  readonly gradients: Readonly<Record<string, number[]>>;
  readonly embedding: number[];
}

const [count, size, hidden] = [7, 5, 6];
const golden = new URL('golden/', import.meta.url);
const { heads } = JSON.parse(await readFile(new URL('mlp.json', golden), 'utf8')) as { readonly heads: readonly Golden[] };
const between = (name: string, shape: readonly number[], low: number, high: number): TensorData =>
  floatTensor(
    shape,
    Array.from(
      stated(
        name,
        shape.reduce((product, length) => product * length, 1),
      ),
      (value) => low + (high - low) * value,
    ),
  );
const embedding = between('embedding', [count, size], -2, 2);

/** The parameters of make_mlp.py by the names of the head. */
function statedParameters(head: ReturnType<typeof mlpHead>): Record<string, TensorData> {
  return Object.fromEntries(
    Object.entries(tensorsOf(head, size)).map(([name, { shape }]) => {
      const own = name.replace(/^mlp\./, '');
      const bound = own === 'act1.sig_act.alpha' ? 30 : 1;
      return [name, between(own, shape, -bound, bound)];
    }),
  );
}

describe('the MLP head', () => {
  test.each(heads)("with the activation $activation (learned factor: $gamma) computes PyTorch's values and gradients", async (expected) => {
    const { activation, gamma } = expected;
    const head = mlpHead(size, { activation, gamma, target: 'opinion', hidden });
    const tensors = statedParameters(head);
    expect(Object.keys(tensors).sort()).toEqual(
      Object.keys(expected.gradients)
        .map((name) => `mlp.${name}`)
        .sort(),
    );
    const graph = new Graph();
    const parameters = new Parameters(graph, 'inputs');
    const input = graph.input('embedding', 'float32', [count, size]);
    const z = head.measure(graph, parameters, input);
    graph.output('z', z);
    const weighed = graph.add('Mul', [z, graph.constant(between('weights', [count, 1], -1, 1))]);
    const names = [...parameters.declared.keys()];
    const gradients = differentiate(graph, graph.add('ReduceSum', [weighed], { keepdims: 0 }), [...parameters.declared.values(), input]);
    for (const [index, name] of [...names, 'embedding'].entries()) graph.output(`gradient of ${name}`, gradients[index]!);
    const found = await (await compile(graph))({ ...tensors, embedding });
    expect(distance(numbers(found.z), expected.z)).toBeLessThan(1e-5);
    expect(distance(numbers(found['gradient of embedding']), expected.embedding)).toBeLessThan(1e-3);
    for (const name of names) {
      const own = expected.gradients[name.replace(/^mlp\./, '')]!;
      expect(distance(numbers(found[`gradient of ${name}`]), own), name).toBeLessThan(1e-3);
    }
  });

  test.each([
    ['mlp-gated.pt', 'gated', false],
    ['mlp-gated-gamma.pt', 'gated', true],
    ['mlp-relu.pt', 'relu', false],
  ] as const)("reads its authors' %s, which says that it saw opinions", async (file, activation, gamma) => {
    const headWeights = await openWeights(fileURLToPath(new URL(file, golden)));
    const backbone = { ...findBackbone('clip-tiny'), embedding: size };
    const head = await mlpKind.create({ backbone, prompts: 'auto', seed: 1, source: undefined, activation: 'relu', headWeights });
    await headWeights.close();
    const { facts, method } = head;
    expect(facts().head!.mlp).toEqual({ activation, gamma, target: 'opinion', hidden });
    expect(method(true)).toMatch(/^trained with opinions of people/);
    const graph = new Graph();
    const z = head.measure(graph, new Parameters(graph, tensorsOf(head, size)), graph.input('embedding', 'float32', ['batch', size]));
    graph.output('z', z);
    const expected = heads.find((each) => each.activation === activation && each.gamma === gamma)!;
    expect(distance(numbers((await (await compile(graph))({ embedding })).z), expected.z)).toBeLessThan(1e-5);
  });

  test('refuses files of other heads and embeddings of another size', async () => {
    const create = async (file: string, backbone = findBackbone('clip-tiny')) => {
      const headWeights = await openWeights(file);
      return mlpKind.create({ backbone, prompts: 'auto', seed: 1, source: undefined, headWeights }).finally(() => headWeights.close());
    };
    await expect(create(fileURLToPath(new URL('mlp-gated.pt', golden)))).rejects.toThrow(
      'embeddings of 5 elements, but clip-tiny gives 128',
    );
    const other = fileURLToPath(new URL('../backbones/golden/vision_transformer.safetensors', import.meta.url));
    await expect(create(other)).rejects.toThrow('it has no layers fc1, fc2 and fc3');
    const path = join(await temporaryFolder(), 'unknown.safetensors');
    const { encodeSafetensors } = await import('#antonym/tensors/safetensors.js');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(path, Buffer.concat(encodeSafetensors({ tensors: new Map([['fc9.weight', floatTensor([1], [1])]]), metadata: {} })));
    await expect(create(path)).rejects.toThrow('the tensor fc9.weight is unknown');
  });

  test('is bounded where it learns without opinions, orders as it measures, and trains all of its parameters', async () => {
    const options = { activation: 'gated', gamma: false, target: 'order', hidden } as const;
    const head = mlpHead(size, options);
    const tensors = statedParameters(head);
    const graph = new Graph();
    const measured = head.measure(graph, new Parameters(graph, tensors), graph.input('embedding', 'float32', ['batch', size]));
    graph.output('measured', measured);
    graph.output('score', head.score(graph, measured, 2.5));
    const found = await (await compile(graph))({ embedding });
    const { z } = heads.find(({ activation, gamma }) => activation === 'gated' && !gamma)!;
    for (const [index, value] of z.entries()) {
      const bounded = value / Math.sqrt(1 + value * value);
      expect(numbers(found.measured)[index]).toBeCloseTo(bounded, 5);
      expect(numbers(found.score)[index]).toBeCloseTo(1 / (1 + Math.exp(-5 * bounded)), 5);
    }
    expect(head.order(found.measured!.data as Float32Array, count)).toEqual(numbers(found.measured));
    const backbone = { ...findBackbone('clip-tiny'), isFrozen: (name: string) => name.startsWith('visual.') };
    const losses = buildLossGraph({ backbone, head }, { photographs: 1, levels: 2 }, 32, { marginConsistency: 0.0025, marginRank: 0.0675 });
    expect(
      trainedSpecs(losses.parameters)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(tensors).sort());
  });

  test("starts as PyTorch's layers do, in AGM's width, and a checkpoint says which head it has", async () => {
    for (const activation of activationNames) {
      const head = mlpHead(128, { activation, gamma: activation === 'gated', target: 'order', hidden: agmWidth });
      const tensors = tensorsOf(head, 128);
      const weight = numbers(tensors['mlp.fc1.weight']);
      expect(weight).toHaveLength(512 * 128);
      const largest = Math.max(...weight.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(128 ** -0.5);
      expect(largest).toBeGreaterThan(0.99 * 128 ** -0.5);
      const read = async (name: string) => tensors[name];
      const restored = await mlpKind.restore({ backbone: findBackbone('clip-tiny'), metadata: head.metadata, read });
      expect(restored!.description).toBe(head.description);
    }
    const read = async () => undefined;
    expect(await mlpKind.restore({ backbone: findBackbone('clip-tiny'), metadata: {}, read })).toBeUndefined();
  });
});
