import { describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { outputsInPlace, writtenByKernels } from '#antonym/lowering/device/outputs-in-place.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { compile } from '../../graph/run-graph.js';

describe('outputs in place', () => {
  test('are those that depend on every other use of the input, by another kernel', () => {
    const graph = new Graph();
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((name) => graph.input(name, 'float32', [3]));
    const doubled = (value: typeof a) => graph.add('Mul', [value!, 2]);
    graph.output('next.a', graph.add('Add', [doubled(a), 1]));
    // reads and writes the same buffer
    graph.output('next.b', graph.add('Add', [b!, 1]));
    // is read by what the output does not depend on
    graph.output('next.c', graph.add('Add', [doubled(c), 1]));
    graph.output('other', graph.add('Sub', [c!, 3]));
    // also under another shape
    graph.output(
      'next.d',
      graph.add('Add', [graph.add('Reshape', [doubled(d), graph.integers(1, 3)]), graph.add('Reshape', [d!, graph.integers(1, 3)])]),
    );
    // is read before under another shape, and written by a kernel
    const flat = graph.add('Mul', [graph.add('Reshape', [e!, graph.integers(3, 1)]), 3]);
    graph.output('next.e', graph.add('Add', [flat, 1]));
    // is no input
    graph.output('next.f', doubled(a));
    expect(outputsInPlace(graph)).toEqual(['next.a', 'next.e']);
  });

  test('are not those that no kernel writes, until they are made so', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 3]);
    const moved = graph.add('Add', [graph.add('Mul', [graph.add('Reshape', [x, graph.integers(6)]), 2]), 1]);
    graph.output('next.x', graph.add('Reshape', [moved, graph.integers(2, 3)]));
    graph.output('shaped', graph.add('Reshape', [moved, graph.integers(3, 2)]));
    graph.output('next.same', graph.add('Identity', [x]));
    expect(outputsInPlace(graph)).toEqual([]);
    const written = writtenByKernels(graph);
    expect(outputsInPlace(written)).toEqual(['next.x']);
    const feeds = { x: floatTensor([2, 3], [1, 2, 3, 4, 5, 6]) };
    const [expected, found] = [await (await compile(graph))(feeds), await (await compile(written))(feeds)];
    expect(found['next.x']).toEqual({ ...expected['next.x'], shape: [6] });
    // what is no state keeps its shape, and what no kernel makes stays as it is
    expect(found.shaped).toEqual(expected.shaped);
    expect(found['next.same']).toEqual(expected['next.same']);
  });
});
