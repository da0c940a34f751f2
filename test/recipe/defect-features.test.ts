/** The features that the shipped model's degradations are fitted to: their graph, in ONNX Runtime, against their formula. */
import { expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { DefectFeatures } from '#antonym/recipe/defect-features.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';

test('the graph gives the numbers that the fit saw: the embedding, standardized cues cut off at 4, and functions of the cues', async () => {
  const { normal } = randomStream(1, 'rows');
  const [size, cues] = [6, 3];
  // one cue never varies
  const rows = Array.from({ length: 20 }, (_, row) =>
    Float32Array.from({ length: size + cues }, (_, feature) =>
      feature === size + 2 ? 7 : feature === size && row === 19 ? 100 : 3 + normal(),
    ),
  );
  const features = new DefectFeatures({ size, cues: [3, 5], isDeviation: (feature) => feature === 1 }, rows);
  const graph = new Graph();
  const [embedding, given] = [graph.input('embedding', 'float32', ['batch', size]), graph.input('cues', 'float32', ['batch', cues])];
  graph.output('features', features.graph(graph, embedding, given));
  const thread = new SessionThread({ threads: 1 });
  try {
    await thread.load('features', encodeOnnx(graph));
    const part = (from: number, to: number): Float32Array => Float32Array.from(rows.flatMap((row) => [...row.subarray(from, to)]));
    const fed = { embedding: floatTensor([20, size], part(0, size)), cues: floatTensor([20, cues], part(size, size + cues)) };
    const { features: computed } = await thread.run('features', fed);
    const expected = rows.flatMap((row) => [...features.of(row)]);
    expect(computed!.data).toHaveLength(expected.length);
    for (const [index, value] of expected.entries()) expect(Math.abs(Number(computed!.data[index]) - value)).toBeLessThan(1e-5);
    const [width, last] = [expected.length / 20, features.of(rows[19]!)];
    expect([...last.subarray(0, size)]).toEqual([...rows[19]!.subarray(0, size)]);
    expect(last[size]).toBe(4);
    expect(last[size + 2]).toBeCloseTo(0, 6);
    expect(Math.max(...last.subarray(size + cues).map(Math.abs))).toBeLessThan(1);
    // means of the network, 0 and 2, and the sharpness cue once more, 5, are left out
    expect(Array.from({ length: width }, (_, feature) => features.gainOf(feature)).slice(0, size)).toEqual([0, 1, 0, 8, 8, 0]);
  } finally {
    await thread.close();
  }
});
