import { describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { neededParts } from '#antonym/graph/needed-parts.js';
import type { Node } from '#antonym/graph/operator.js';
import { peakMemory } from '#antonym/graph/peak-memory.js';
import type { Value } from '#antonym/graph/value.js';
import { cropCount } from '#antonym/losses/levels.js';
import { recomputeCheap } from '#antonym/lowering/recompute-cheap.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { buildGradientsGraph, buildLossGraph, type LossGraph } from '#antonym/train/graphs/gradients-graph.js';
import type { ModelDefinition } from '#antonym/train/graphs/model.js';
import { initialTensors } from '#antonym/train/graphs/state.js';
import { norm, numbers, statedPixels } from '../backbones/golden/golden-step.js';
import { compile } from '../graph/run-graph.js';
import { headOf } from '../heads/head-of.js';
import { crops, families, reducedModels, side } from '../train/engines/reduced-models.js';

/** As deep as it takes for less memory; a residual network of that size does not gain. */
const { resnet, ...transformers } = families(4);

const modelOf = (backbone: Backbone): ModelDefinition => ({
  backbone,
  head: headOf(seededPrompts(1, 3, backbone.embedding)),
});

/** Expects the same outputs, to rounding. */
async function expectEqual(losses: LossGraph, plain: Graph, recomputing: Graph, count = crops): Promise<void> {
  expect([...recomputing.inputs.keys()]).toEqual([...plain.inputs.keys()]);
  expect([...recomputing.outputs.keys()]).toEqual([...plain.outputs.keys()]);
  const feeds: Record<string, TensorData> = {
    ...initialTensors(losses.parameters.specs.values(), 1),
    crops: statedPixels('recompute', count, side, side),
  };
  for (const [name, { shape, data }] of Object.entries(feeds)) {
    // CLIP starts every bottleneck as its shortcut, with a scale of 0: here everything takes part
    if (/bn3\.weight$/.test(name)) feeds[name] = floatTensor(shape as number[], new Float32Array(data.length).fill(1));
  }
  const expected = await expectOutputs(plain, recomputing, feeds, 1e-3);
  expect(Number(expected.loss!.data[0])).toBeGreaterThan(0);
}

/** @param least norm by which those are judged that are smaller @returns the outputs of the plain graph */
async function expectOutputs(
  plain: Graph,
  recomputing: Graph,
  feeds: Record<string, TensorData>,
  least: number,
): Promise<Record<string, TensorData>> {
  const expected = await (await compile(plain))(feeds);
  const found = await (await compile(recomputing))(feeds);
  for (const [name, tensor] of Object.entries(expected)) {
    const [values, again] = [numbers(tensor), numbers(found[name])];
    expect(norm(values.map((value, index) => value - again[index]!)), name).toBeLessThanOrEqual(1e-5 * Math.max(norm(values), least));
  }
  return expected;
}

const lossOptions = { marginConsistency: 2.5e-3, marginRank: 0.0675 };

describe('the forward pass, computed once more', () => {
  test.each(
    Object.entries({ ...reducedModels, ...transformers }),
  )('of %s gives the same losses and gradients, in less memory', async (_, backbone) => {
    const losses = buildLossGraph(modelOf(backbone), { photographs: 1, levels: 2 }, side, lossOptions);
    const plain = buildGradientsGraph(losses);
    const recomputing = buildGradientsGraph(losses, 'segments');
    expect(peakMemory(recomputing)).toBeLessThan(peakMemory(plain));
    expect(recomputing.nodes.length).toBeGreaterThan(plain.nodes.length);
    await expectEqual(losses, plain, recomputing);
  });
});

/** Attention of two heads of 8 channels, with the gradient of its sum of squares. */
function attentionOf(tokens: number, mask: boolean): { graph: Graph; forward: Set<Node> } {
  const graph = new Graph();
  const [query, key, value] = ['q', 'k', 'v'].map((name) => graph.add('Mul', [graph.input(name, 'float32', [2, tokens, 8]), 2])) as [
    Value,
    Value,
    Value,
  ];
  const scaled = graph.add('Mul', [graph.add('MatMul', [query, graph.add('Transpose', [key], { perm: [0, 2, 1] })]), 8 ** -0.5]);
  const upper = Array.from({ length: tokens ** 2 }, (_, index) => (index % tokens > index / tokens ? Number.NEGATIVE_INFINITY : 0));
  const scores = mask ? graph.add('Add', [scaled, graph.numbers('float32', upper, [tokens, tokens])]) : scaled;
  const attended = graph.add('MatMul', [graph.add('Softmax', [scores], { axis: -1 }), value]);
  const loss = graph.add('ReduceSumSquare', [attended], { keepdims: 0 });
  const forward = new Set(graph.nodes);
  graph.output('loss', loss);
  const given = [...graph.inputs.values()];
  for (const [index, gradient] of differentiate(graph, loss, given).entries()) graph.output(`gradient ${given[index]!.name}`, gradient);
  return { graph, forward };
}

describe('probabilities of attention, computed once more', () => {
  test.each([false, true])('of many tokens give the same gradients, and are not kept (mask: %s)', async (mask) => {
    const { graph, forward } = attentionOf(200, mask);
    const again = recomputeCheap(graph, forward);
    const sizes = ['Softmax', 'MatMul'].map((operator) => neededParts(again).nodes.filter((node) => node.operator === operator).length);
    const before = neededParts(graph).nodes.filter(({ operator }) => operator === 'MatMul').length;
    expect(sizes).toEqual([2, before + 1]);
    // the backward pass uses its own, made of queries and keys under another shape
    const own = neededParts(again).nodes.filter(({ operator }) => operator === 'Softmax')[1]!;
    expect(depthOf(own.outputs[0]!)).toBeGreaterThan(
      depthOf(neededParts(again).nodes.find(({ operator }) => operator === 'Softmax')!.outputs[0]!),
    );
    const random = statedPixels('attention', 3, 200, 16).data;
    const feeds = Object.fromEntries(
      ['q', 'k', 'v'].map((name, index) => [
        name,
        floatTensor(
          [2, 200, 8],
          Float32Array.from({ length: 3200 }, (_, at) => Number(random[index * 3200 + at]) / 128 - 1),
        ),
      ]),
    );
    for (const [name, tensor] of Object.entries(await expectOutputs(graph, again, feeds, 0)))
      expect(norm(numbers(tensor)), name).toBeGreaterThan(0);
  });

  test('of few tokens are kept', () => {
    const { graph, forward } = attentionOf(90, false);
    expect(recomputeCheap(graph, forward).nodes.length).toBe(neededParts(graph).nodes.length);
  });

  test('that nobody made of a product are kept', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [200, 200]);
    const loss = graph.add('ReduceSumSquare', [graph.add('Softmax', [graph.add('ReduceSum', [x, graph.integers(0)], { keepdims: 1 })])], {
      keepdims: 0,
    });
    const forward = new Set(graph.nodes);
    graph.output('gradient', differentiate(graph, loss, [x])[0]!);
    expect(recomputeCheap(graph, forward).nodes.length).toBe(neededParts(graph).nodes.length);
  });
});

/** The largest number of nodes on a way from an input. */
function depthOf(value: Value): number {
  return value.producer ? 1 + Math.max(...value.producer.inputs.map((input) => (input ? depthOf(input) : 0))) : 0;
}

describe('functions of single elements, computed once more', () => {
  test.each(Object.entries(transformers))('in %s give the same losses and gradients, in less memory', async (_, backbone) => {
    // large enough that it pays
    const layout = { photographs: 4, levels: 2 };
    const losses = buildLossGraph(modelOf(backbone), layout, side, lossOptions);
    const plain = buildGradientsGraph(losses);
    const recomputing = buildGradientsGraph(losses, 'cheap');
    expect(peakMemory(recomputing)).toBeLessThan(0.9 * peakMemory(plain));
    await expectEqual(losses, plain, recomputing, cropCount(layout));
  });

  test('of an activation leave only its argument to be kept', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [64, 256]);
    const z = graph.add('MatMul', [x, graph.input('w', 'float32', [256, 256])]);
    const gate = graph.add('Add', [graph.add('Tanh', [graph.add('Mul', [z, graph.add('Mul', [z, z])])]), 1]);
    const y = graph.add('Mul', [z, gate]);
    const forward = new Set(graph.nodes);
    graph.output('y', graph.add('ReduceSum', [y], { keepdims: 0 }));
    for (const [index, value] of [z, gate, y].entries())
      graph.output(`sum ${index}`, graph.add('ReduceSumSquare', [value], { keepdims: 0 }));
    const rewritten = recomputeCheap(graph, forward);
    const users = neededParts(rewritten).nodes.filter(({ operator }) => operator === 'MatMul' || operator === 'Tanh');
    expect(users.map(({ operator }) => operator)).toEqual(['MatMul', 'Tanh']);
    // forward nothing but the product is needed: the rest is computed from its copy
    const tanh = users[1]!;
    const seen = new Set<string>();
    const visit = (value: Value | null): void => {
      if (!value?.producer) return;
      seen.add(value.producer.operator);
      if (value.producer.operator !== 'Reshape') for (const input of value.producer.inputs) visit(input);
    };
    visit(tanh.outputs[0]!);
    expect(seen).toEqual(new Set(['Tanh', 'Mul', 'Reshape']));
  });

  test('leave a residual network as it is', () => {
    const losses = buildLossGraph(modelOf(resnet!), { photographs: 1, levels: 2 }, side, lossOptions);
    const plain = buildGradientsGraph(losses);
    expect(buildGradientsGraph(losses, 'cheap').nodes.length).toBe(neededParts(plain).nodes.length);
  });
});
