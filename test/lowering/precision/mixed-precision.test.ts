import { describe, expect, test } from 'vitest';
import { findBackbone } from '#antonym/backbones/registry.js';
import type { Graph } from '#antonym/graph/graph.js';
import { neededParts } from '#antonym/graph/needed-parts.js';
import type { Node } from '#antonym/graph/operator.js';
import { longestHalfSum } from '#antonym/lowering/precision/mixed-precision.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import type { Device } from '#antonym/runtime/devices/device-names.js';
import { buildMixedGradientsGraph } from '#antonym/train/engines/mixed-gradients-graph.js';
import { buildLossGraph, lossScaleName } from '#antonym/train/graphs/gradients-graph.js';
import { headOf } from '../../heads/head-of.js';

function mixedGraph(backbone: string, device: Device): Graph {
  const model = { backbone: findBackbone(backbone), head: headOf(seededPrompts(1, 2, findBackbone(backbone).embedding)) };
  const losses = buildLossGraph(model, { photographs: 1, levels: 5 }, 224, { marginConsistency: 0.0025, marginRank: 0.0675 });
  return buildMixedGradientsGraph(losses, device);
}

const products = ['Conv', 'Gemm', 'MatMul'];
const isHalf = ({ inputs }: Node): boolean => inputs.some((input) => input?.dataType === 'float16');
const nodesOf = (graph: Graph, ...operators: string[]): Node[] =>
  neededParts(graph).nodes.filter(({ operator }) => operators.includes(operator));

describe.each(['clip-rn50', 'clip-vit-b-32'])('the step of %s in mixed precision', (backbone) => {
  const graph = mixedGraph(backbone, 'cuda');

  test('has the inputs and outputs of float32, and the loss scale', () => {
    for (const [name, { dataType }] of graph.inputs) expect(dataType, name).toBe(name === 'crops' ? 'uint8' : 'float32');
    for (const [name, { dataType }] of graph.outputs) expect(dataType, name).toBe('float32');
    expect(graph.inputs.get(lossScaleName)!.shape).toEqual([]);
  });

  test('multiplies in half precision, but for means and the head', () => {
    const single = nodesOf(graph, ...products).filter((node) => !isHalf(node));
    const isMean = ({ outputs }: Node): boolean => outputs[0]!.shape.at(-1) === 1;
    // similarities to the prompts, and their gradient
    expect(single.filter((node) => !isMean(node))).toHaveLength(2);
    expect(nodesOf(graph, ...products).filter(isHalf).length).toBeGreaterThan(100);
  });

  test('adds up, divides, takes roots and exponentials and normalises in float32', () => {
    const exact = ['ReduceSum', 'ReduceMean', 'ReduceSumSquare', 'Div', 'Sqrt', 'Softmax', 'LayerNormalization'];
    for (const node of nodesOf(graph, ...exact)) expect(isHalf(node), node.outputs[0]!.name).toBe(false);
  });

  test('casts no weight twice', () => {
    const parameters = new Set(graph.inputs.values());
    const casts = nodesOf(graph, 'Cast').map(({ inputs }) => inputs[0]!);
    expect(new Set(casts).size).toBe(casts.length);
    expect(casts.filter((value) => parameters.has(value)).length).toBeGreaterThan(backbone === 'clip-rn50' ? 5 : 60);
  });
});

test('where kernels add up in half precision, long sums are made in float32: those of gradients over positions', () => {
  const gemms = nodesOf(mixedGraph('clip-vit-b-32', 'webgpu'), 'Gemm');
  const sumOf = ({ inputs, attributes }: Node): number => inputs[0]!.shape[attributes.transA === 1 ? 0 : 1] as number;
  for (const node of gemms) expect(isHalf(node)).toBe(sumOf(node) <= longestHalfSum);
  const long = nodesOf(mixedGraph('clip-rn50', 'webgpu'), 'MatMul').filter(
    ({ inputs }) => (inputs[0]!.shape.at(-1) as number) > longestHalfSum,
  );
  expect(long.length).toBeGreaterThan(0);
  expect(long.some(isHalf)).toBe(false);
});
