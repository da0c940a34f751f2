/** The facts that operators state, against what ONNX Runtime computes and what the reader of files knows. */
import { describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { privateDomain } from '#antonym/graph/operator.js';
import { type OperatorName, operators } from '#antonym/graph/operators/table.js';
import { rewrites } from '#antonym/graph/reading/rewrites.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { tensorFlowOperators } from '#antonym/train/engines/tensorflow/operators/table.js';
import { gradientCases } from './gradient-cases.js';
import { compile } from './run-graph.js';

const entries = Object.entries(operators) as [OperatorName, (typeof operators)[OperatorName]][];

describe('facts of operators', () => {
  test.each(entries)('%s is read from files as it says', (name, { inFiles, domain }) => {
    expect(name in rewrites).toBe(inFiles !== 'never');
    if (domain === privateDomain) expect(inFiles).toBe('never');
  });

  test('what is computed element by element keeps the shape that its inputs are broadcast to, and is so in TensorFlow.js', () => {
    for (const [name, { elementwise, inputs, attributes }] of entries) {
      if (!elementwise || attributes?.to) continue;
      const graph = new Graph();
      const isLogical = name === 'And' || name === 'Not';
      const type = name === 'Mod' ? 'int64' : isLogical ? 'bool' : 'float32';
      const shapes = [[2, 3], [3], [2, 1]];
      const values = inputs.map(({ optional }, index) =>
        optional ? null : graph.input(`x${index}`, name === 'Where' && index === 0 ? 'bool' : type, shapes[index]!),
      );
      expect(graph.add(name, values).shape, name).toEqual([2, 3]);
      if (name !== 'Where') expect(tensorFlowOperators[name].layout, name).toBe('either');
    }
    const either = entries.filter(([name]) => tensorFlowOperators[name].layout === 'either');
    expect(either.filter(([, { elementwise }]) => !elementwise).map(([name]) => name)).toEqual([]);
  });

  test('views give the numbers that they are given, in their order', async () => {
    const views = entries.filter(([, { isView }]) => isView).map(([name]) => name);
    expect(views.length).toBeGreaterThan(3);
    for (const name of views) {
      const graph = new Graph();
      const x = graph.input('x', 'float32', [1, 2, 3]);
      const parameters = { Reshape: [graph.integers(3, 2)], Squeeze: [graph.integers(0)], Unsqueeze: [graph.integers(1)] };
      graph.output('y', graph.add(name, [x, ...(parameters[name as keyof typeof parameters] ?? [])]));
      const { y } = await (await compile(graph))({ x: floatTensor([1, 2, 3], [1, 2, 3, 4, 5, 6]) });
      expect([...y!.data], name).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  test('sums of products have a length, and only they accumulate', () => {
    for (const [name, { half, sums }] of entries) expect(half === 'accumulate', name).toBe(sums !== undefined);
    const lengthOf = (name: 'Conv' | 'Gemm' | 'MatMul', variant: string): number => {
      const graph = new Graph();
      const { inputs, build } = gradientCases[name]![variant]!;
      const values = Object.entries(inputs).map(([input, { shape }]) => graph.input(input, 'float32', shape));
      const node = [build(graph, ...values)].flat()[0]!.producer!;
      return node.rule.sums!.length(node);
    };
    expect(lengthOf('Conv', 'groups')).toBe(3 * 3 * 3);
    expect(lengthOf('Gemm', 'first transposed')).toBe(3);
    expect(lengthOf('MatMul', 'broadcast batches')).toBe(3);
  });
});
