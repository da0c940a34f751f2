/** The features that the shipped model's degradations are fitted to: their graph, in ONNX Runtime, against their formula. */
import { expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { DefectFeatures } from '#antonym/recipe/defect-features.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';

test('the graph gives the numbers that the fit saw: standardized features cut off at 4, and functions of the cues', async () => {
  const { normal } = randomStream(1, 'rows');
  const [network, cues] = [3, 4];
  const size = network + cues;
  // one cue never varies, another has one value far from the others
  const rows = Array.from({ length: 20 }, (_, row) =>
    Float32Array.from({ length: size }, (_, feature) => (feature === 6 ? 7 : feature === 4 && row === 19 ? 100 : 3 + normal())),
  );
  const features = new DefectFeatures(network, rows);
  const graph = new Graph();
  graph.output('features', features.graph(graph, graph.input('rows', 'float32', ['batch', size])));
  const thread = new SessionThread({ threads: 1 });
  try {
    await thread.load('features', encodeOnnx(graph));
    const fed = { rows: floatTensor([20, size], Float32Array.from(rows.flatMap((row) => [...row]))) };
    const { features: computed } = await thread.run('features', fed);
    const expected = rows.flatMap((row) => [...features.of(row)]);
    expect(computed!.data).toHaveLength(expected.length);
    for (const [index, value] of expected.entries()) expect(Math.abs(Number(computed!.data[index]) - value)).toBeLessThan(1e-5);
    const [width, last] = [expected.length / 20, features.of(rows[19]!)];
    expect(last[4]).toBe(4);
    expect(last[6]).toBeCloseTo(0, 6);
    expect(Math.max(...last.subarray(size).map(Math.abs))).toBeLessThan(1);
    const column = rows.map((row) => features.of(row)[0]!);
    expect(column.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 4);
    expect(Array.from({ length: width }, (_, feature) => features.gainOf(feature)).slice(0, size + 1)).toEqual([1, 1, 1, 8, 8, 8, 8, 5]);
  } finally {
    await thread.close();
  }
});
