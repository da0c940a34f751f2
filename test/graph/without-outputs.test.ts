import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { withoutOutputs } from '#antonym/graph/without-outputs.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';

/** Outputs `kept` and `further`, which share a node and have one with a weight each. */
function twoOutputs(): Uint8Array {
  const graph = new Graph();
  const shared = graph.add('Mul', [graph.input('x', 'float32', ['batch', 3]), graph.constant(floatTensor([3], [1, 2, 3]), 'shared')]);
  graph.output('kept', graph.add('Add', [shared, graph.constant(floatTensor([3], [4, 5, 6]), 'kept.weight')]));
  graph.output('further', graph.add('Exp', [graph.add('Sub', [shared, graph.constant(floatTensor([3], [7, 8, 9]), 'further.weight')])]));
  return encodeOnnx(graph);
}

const namesIn = (file: Uint8Array): string => Buffer.from(file).toString('latin1');

describe('an ONNX file without an output', () => {
  test('computes the others, has no node and no weight of it, and tells its type', async () => {
    const whole = twoOutputs();
    const { bytes, leftOut } = withoutOutputs(whole, new Set(['further', 'unknown']))!;
    expect(leftOut).toEqual([{ name: 'further', dataType: 'float32', shape: ['batch', 3] }]);
    expect(namesIn(whole)).toMatch(/further\.weight/);
    expect(namesIn(bytes)).not.toMatch(/further|Exp/);
    expect(namesIn(bytes)).toMatch(/kept\.weight/);
    const thread = new SessionThread({ device: 'cpu', threads: 1 });
    try {
      await thread.load('all', whole);
      expect((await thread.load('one', bytes)).outputs.map(({ name }) => name)).toEqual(['kept']);
      const x = floatTensor([2, 3], [1, -1, 0.5, 2, 0, 3]);
      expect((await thread.run('one', { x })).kept).toEqual((await thread.run('all', { x })).kept);
    } finally {
      await thread.close();
    }
  });

  test('is as it was where there is nothing to leave out, or nothing would be left', () => {
    expect(withoutOutputs(twoOutputs(), new Set(['unknown']))).toBeUndefined();
    expect(withoutOutputs(twoOutputs(), new Set(['kept', 'further']))).toBeUndefined();
  });

  test('of bytes that are no ONNX file, or a damaged one, there is none, or one that ends well', () => {
    const whole = twoOutputs();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = whole.slice();
        damaged[at]! ^= change;
        const reduced = withoutOutputs(damaged, new Set(['further']));
        expect(reduced === undefined || reduced.bytes.length < whole.length).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(withoutOutputs(Buffer.from('no model'), new Set(['further']))).toBeUndefined();
  });

  test('of the model that ships is a part of it', async () => {
    const file = await readFile(fileURLToPath(new URL('../../models/capture/model.onnx', import.meta.url)));
    const { bytes, leftOut } = withoutOutputs(file, new Set(['degradations']))!;
    expect(leftOut).toEqual([{ name: 'degradations', dataType: 'float32', shape: ['batch', 7] }]);
    expect(bytes.length).toBeLessThan(0.7 * file.length);
  });
});
