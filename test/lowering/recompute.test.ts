import { describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { Graph } from '#antonym/graph/graph.js';
import { neededParts } from '#antonym/graph/needed-parts.js';
import { peakMemory } from '#antonym/graph/peak-memory.js';
import type { Value } from '#antonym/graph/value.js';
import { cropCount } from '#antonym/losses/levels.js';
import { recomputePointwise } from '#antonym/lowering/recompute-pointwise.js';
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
  const expected = await (await compile(plain))(feeds);
  const found = await (await compile(recomputing))(feeds);
  for (const [name, tensor] of Object.entries(expected)) {
    const [values, again] = [numbers(tensor), numbers(found[name])];
    expect(norm(values.map((value, index) => value - again[index]!)), name).toBeLessThanOrEqual(1e-5 * Math.max(norm(values), 1e-3));
  }
  expect(Number(expected.loss!.data[0])).toBeGreaterThan(0);
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

describe('functions of single elements, computed once more', () => {
  test.each(Object.entries(transformers))('in %s give the same losses and gradients, in less memory', async (_, backbone) => {
    // large enough that it pays
    const layout = { photographs: 4, levels: 2 };
    const losses = buildLossGraph(modelOf(backbone), layout, side, lossOptions);
    const plain = buildGradientsGraph(losses);
    const recomputing = buildGradientsGraph(losses, 'pointwise');
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
    const rewritten = recomputePointwise(graph, forward);
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
    expect(buildGradientsGraph(losses, 'pointwise').nodes.length).toBe(neededParts(plain).nodes.length);
  });
});
