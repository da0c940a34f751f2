/** Shapes of random nodes, against those that ONNX Runtime computes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import type { Attributes } from '#antonym/graph/operator.js';
import type { OperatorName } from '#antonym/graph/operators/table.js';
import type { Value } from '#antonym/graph/value.js';
import { type ElementArray, elementCount, type TensorData } from '#antonym/tensors/tensor-data.js';
import { compile } from './run-graph.js';

function floats(shape: readonly number[]): TensorData {
  return { dataType: 'float32', shape, data: new Float32Array(elementCount(shape)).fill(0.5) };
}

/** Adds one node to a graph of inputs and compares the shape of its output. */
async function expectSameShape(
  operator: OperatorName,
  shapes: readonly number[][],
  further: (graph: Graph) => Value[] = () => [],
  attributes: Attributes = {},
): Promise<void> {
  const graph = new Graph();
  const inputs = shapes.map((shape, index) => graph.input(`x${index}`, 'float32', shape));
  const y = graph.add(operator, [...inputs, ...further(graph)], attributes);
  graph.output('y', y);
  const results = await (await compile(graph))(Object.fromEntries(shapes.map((shape, index) => [`x${index}`, floats(shape)])));
  expect(y.shape).toEqual(results.y!.shape);
  expect((results.y!.data as ElementArray).length).toBe(elementCount(y.shape as number[]));
}

const size = fc.integer({ min: 1, max: 6 });
const shapes = fc.array(size, { minLength: 1, maxLength: 4 });
const runs = { numRuns: 40 };

describe('shapes of random nodes', () => {
  test('Slice', () => {
    const range = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), fc.constantFrom(-3, -2, -1, 1, 2, 3));
    return fc.assert(
      fc.asyncProperty(
        shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.tuple(...shape.map(() => range)))),
        async ([shape, ranges]) => {
          const column = (index: number) => ranges.map((values) => values[index]!);
          await expectSameShape('Slice', [shape], (graph) =>
            [column(0), column(1), shape.map((_, axis) => axis - shape.length), column(2)].map((values) => graph.integers(...values)),
          );
        },
      ),
      runs,
    );
  });

  test('Pad', () =>
    fc.assert(
      fc.asyncProperty(
        shapes.chain((shape) =>
          fc.tuple(fc.constant(shape), fc.array(fc.nat(3), { minLength: 2 * shape.length, maxLength: 2 * shape.length })),
        ),
        ([shape, pads]) => expectSameShape('Pad', [shape], (graph) => [graph.integers(...pads)]),
      ),
      runs,
    ));

  test('Reshape', () =>
    fc.assert(
      fc.asyncProperty(
        shapes.chain((shape) =>
          fc.tuple(fc.constant(shape), fc.shuffledSubarray(shape, { minLength: shape.length }), fc.nat(shape.length - 1), fc.boolean()),
        ),
        ([shape, target, position, unknown]) => {
          // a permutation of the sizes fills them; one of them may be left to be inferred
          const sizes = target.map((value, axis) => (axis === position && unknown ? -1 : value));
          return expectSameShape('Reshape', [shape], (graph) => [graph.integers(...sizes)]);
        },
      ),
      runs,
    ));

  test('Add and Expand, broadcast', () =>
    fc.assert(
      fc.asyncProperty(
        shapes.chain((shape) =>
          fc.tuple(
            fc.tuple(...shape.map((length) => fc.constantFrom(1, length))),
            fc.tuple(...shape.map((length) => fc.constantFrom(1, length))),
            fc.nat(shape.length),
          ),
        ),
        async ([left, right, dropped]) => {
          await expectSameShape('Add', [left, right.slice(dropped)]);
          await expectSameShape('Expand', [left.slice(dropped)], (graph) => [graph.integers(...right)]);
        },
      ),
      runs,
    ));

  test('MatMul, broadcast', () =>
    fc.assert(
      fc.asyncProperty(size, size, size, size, fc.boolean(), fc.boolean(), (batch, rows, inner, columns, leftOne, rightNone) =>
        expectSameShape('MatMul', [[2, leftOne ? 1 : batch, rows, inner], rightNone ? [inner, columns] : [batch, inner, columns]]),
      ),
      runs,
    ));

  test('Conv', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 5, max: 12 }), fc.integer({ min: 5, max: 12 })),
        fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
        fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
        fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
        fc.constantFrom(1, 2),
        (spatial, kernel, strides, pads, dilation) =>
          expectSameShape(
            'Conv',
            [
              [2, 4, ...spatial.map((size) => size * dilation)],
              [4, 2, ...kernel],
            ],
            () => [],
            { kernel_shape: kernel, strides, pads, dilations: [dilation, 1], group: 2 },
          ),
      ),
      runs,
    ));

  test('AveragePool', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 12 }),
        fc.integer({ min: 3, max: 12 }),
        fc.integer({ min: 1, max: 3 }),
        (rows, columns, k) => expectSameShape('AveragePool', [[1, 2, rows, columns]], () => [], { kernel_shape: [k, k], strides: [k, k] }),
      ),
      runs,
    ));

  test('MaxPool', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 4, max: 9 })),
        fc.tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 2, max: 3 })),
        fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
        fc.array(fc.nat(1), { minLength: 4, maxLength: 4 }),
        fc.constantFrom(0, 1),
        (spatial, kernel, strides, pads, ceil_mode) =>
          expectSameShape('MaxPool', [[1, 2, ...spatial]], () => [], { kernel_shape: kernel, strides, pads, ceil_mode }),
      ),
      runs,
    ));

  test('reductions', () =>
    fc.assert(
      fc.asyncProperty(
        shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.subarray(shape.map((_, axis) => axis)))),
        fc.constantFrom('ReduceSum' as const, 'ReduceMean' as const, 'ReduceSumSquare' as const),
        fc.constantFrom(0, 1),
        ([shape, axes], operator, keepdims) =>
          expectSameShape(operator, [shape], (graph) => (axes.length > 0 ? [graph.integers(...axes)] : []), { keepdims }),
      ),
      runs,
    ));

  test('Gather, Squeeze, Unsqueeze and Transpose', () =>
    fc.assert(
      fc.asyncProperty(
        shapes.chain((shape) =>
          fc.tuple(
            fc.constant(shape),
            fc.nat(shape.length - 1),
            fc.shuffledSubarray(
              shape.map((_, axis) => axis),
              { minLength: shape.length },
            ),
          ),
        ),
        async ([shape, axis, perm]) => {
          await expectSameShape('Gather', [shape], (graph) => [graph.numbers('int64', [0, -1], [2, 1])], { axis });
          await expectSameShape('Unsqueeze', [shape], (graph) => [graph.integers(axis, -1)]);
          await expectSameShape('Squeeze', [shape.with(axis, 1)], (graph) => [graph.integers(axis)]);
          await expectSameShape('Transpose', [shape], () => [], { perm });
        },
      ),
      { numRuns: 20 },
    ));
});
