import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { neededParts } from '#antonym/graph/needed-parts.js';
import type { Value } from '#antonym/graph/value.js';
import { joinVectors } from '#antonym/lowering/cpu/join-vectors.js';
import { randomStream } from '#antonym/support/random.js';
import { elementCount, floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { buildGradientsGraph, buildLossGraph } from '#antonym/train/graphs/gradients-graph.js';
import { compile } from '../../graph/run-graph.js';
import { batch, optionsFor, reducedModels } from '../../train/engines/reduced-models.js';

function countOf(graph: Graph, operator: string): number {
  return neededParts(graph).nodes.filter((node) => node.operator === operator).length;
}

function feedsOf(graph: Graph): Record<string, TensorData> {
  const random = randomStream('joined vectors');
  const draw = (shape: readonly number[]): TensorData =>
    floatTensor(
      shape,
      Float32Array.from({ length: elementCount(shape) }, () => 0.5 + random.uniform()),
    );
  return Object.fromEntries([...graph.inputs].map(([name, { shape }]) => [name, draw(shape as number[])]));
}

async function expectSameBits(graph: Graph, feeds: Record<string, TensorData>): Promise<Graph> {
  const joined = joinVectors(graph);
  const [expected, found] = [await (await compile(graph))(feeds), await (await compile(joined))(feeds)];
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, tensor] of Object.entries(expected)) expect(found[name], name).toEqual(tensor);
  return joined;
}

interface Step {
  readonly operator: 'Add' | 'Mul' | 'Sub' | 'Div' | 'Sqrt' | 'Neg' | 'Relu' | 'Reshape' | 'carry';
  /** Which of the values so far, counted from the last. */
  readonly operands: readonly [number, number];
  /** In place of the second operand. */
  readonly number: number | null;
  /** Every so manieth vector goes without. */
  readonly skipped: number;
}

/** The same steps for ten vectors of different lengths, with exceptions; a step that carries makes a vector depend on the one before. */
function alikeButFor(steps: readonly Step[]): Graph {
  const graph = new Graph();
  let before: Value | undefined;
  for (let vector = 0; vector < 10; vector++) {
    const length = 2 + (vector % 4);
    const values = [graph.input(`a${vector}`, 'float32', [length]), graph.input(`b${vector}`, 'float32', [length])];
    for (const { operator, operands, number, skipped } of steps) {
      if (vector % skipped === skipped - 1) continue;
      const [x, y] = operands.map((back) => values.at(-1 - (back % values.length))!) as [Value, Value];
      values.push(graph.add('Reshape', [applied(graph, operator, x, number ?? y, before), graph.integers(-1)]));
    }
    for (const [index, value] of values.slice(-2).entries()) graph.output(`y${vector}.${index}`, value);
    before = values.at(-1);
  }
  return graph;
}

function applied(graph: Graph, operator: Step['operator'], x: Value, y: Value | number, before?: Value): Value {
  switch (operator) {
    case 'Sqrt':
    case 'Neg':
    case 'Relu':
      return graph.add(operator, [x]);
    case 'Reshape':
      return graph.add('Reshape', [x, graph.integers(-1, 1, 1)]);
    case 'carry':
      return before ? graph.add('Mul', [x, graph.add('ReduceMax', [before], { keepdims: 0 })]) : x;
    default:
      return graph.add(operator, [x, y]);
  }
}

describe('joined vectors', () => {
  test('fold all normalisations of a network by one node for each operator', async () => {
    const { model, layout, crop, losses } = optionsFor(reducedModels['clip-rn50, frozen statistics']!);
    const graph = buildGradientsGraph(buildLossGraph(model, layout, crop, losses));
    const crops: TensorData = { dataType: 'uint8', shape: graph.inputs.get('crops')!.shape as number[], data: batch('crops') };
    const joined = await expectSameBits(graph, { ...feedsOf(graph), crops });
    const normalizations = [...graph.inputs.keys()].filter((name) => name.endsWith('running_var')).length;
    expect(normalizations).toBe(22);
    for (const operator of ['Add', 'Sqrt', 'Div', 'Neg', 'Mul']) {
      const times = operator === 'Add' ? 2 : 1;
      expect(countOf(graph, operator) - countOf(joined, operator), operator).toBe(times * (normalizations - 1));
    }
  });

  test('have the same bits, whatever depends on what', async () => {
    const step: fc.Arbitrary<Step> = fc.record({
      operator: fc.constantFrom('Add', 'Mul', 'Sub', 'Div', 'Sqrt', 'Neg', 'Relu', 'Reshape', 'carry'),
      operands: fc.tuple(fc.nat(5), fc.nat(5)),
      number: fc.option(fc.constantFrom(0.5, 2)),
      skipped: fc.integer({ min: 2, max: 12 }),
    });
    let joins = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const graph = alikeButFor(steps);
        const joined = await expectSameBits(graph, feedsOf(graph));
        if (countOf(joined, 'Concat') > 0) joins++;
      }),
      { numRuns: 60 },
    );
    expect(joins).toBeGreaterThan(20);
  });
});
