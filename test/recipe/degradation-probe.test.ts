/** The graph of degradations, in ONNX Runtime, against its formula. */
import { expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { degradationGroups } from '#antonym/heads/degradation-groups.js';
import { degradationsOf, degradationsOfRow } from '#antonym/recipe/degradation-probe.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';

test('the largest regression of each group counts, 0 where none is above 0', async () => {
  const members = [2, 1, 3, 1, 2, 1, 1];
  const [features, targets] = [4, members.reduce((sum, count) => sum + count, 0)];
  const { normal } = randomStream(1, 'probe');
  const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, normal);
  const probe = { map: { features, targets, weights: numbers(features * targets), bias: numbers(targets) }, members };
  const rows = [numbers(features), numbers(features), new Float64Array(features)];
  const graph = new Graph();
  const input = graph.input('features', 'float32', ['batch', features]);
  graph.output('degradations', degradationsOf(graph, input, probe));
  const thread = new SessionThread({ threads: 1 });
  try {
    await thread.load('probe', encodeOnnx(graph));
    const fed = floatTensor([rows.length, features], Float32Array.from(rows.flatMap((row) => [...row])));
    const { degradations } = await thread.run('probe', { features: fed });
    expect(degradations!.shape).toEqual([rows.length, degradationGroups.length]);
    const expected = rows.flatMap((row) => degradationsOfRow(row, probe));
    for (const [index, value] of expected.entries()) expect(degradations!.data[index]).toBeCloseTo(value, 5);
    // of features that are 0, what is left is the bias: the first group's largest is that of its first two
    const [first, second] = probe.map.bias;
    expect(expected[2 * degradationGroups.length]).toBeCloseTo(1 - Math.exp(-Math.max(0, first!, second!)), 12);
    expect(expected.some((value) => value === 0)).toBe(true);
    expect(expected.every((value) => value >= 0 && value < 1)).toBe(true);
  } finally {
    await thread.close();
  }
});
