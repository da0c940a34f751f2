import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { mostParts, splitInParts } from '#antonym/lowering/device/split-in-parts.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { compile } from '../../graph/run-graph.js';

describe('splitting in any number of parts', () => {
  test('gives each part its numbers, by nodes that write no more tensors than a kernel can, and by few nodes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 120 }), async (sizes) => {
        const graph = new Graph();
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const x = graph.input('x', 'float32', [total, 1]);
        // one more, so that a single part has something to compute
        const parts = splitInParts(graph, x, sizes).map((part) => graph.add('Add', [part, 1]));
        for (const [index, part] of parts.entries()) graph.output(`part ${index}`, part);
        const found = await (await compile(graph))({
          x: floatTensor(
            [total, 1],
            Float32Array.from({ length: total }, (_, place) => place),
          ),
        });
        let start = 1;
        for (const [index, size] of sizes.entries()) {
          expect(Array.from(found[`part ${index}`]!.data, Number)).toEqual(Array.from({ length: size }, (_, place) => start + place));
          start += size;
        }
        const splits = graph.nodes.filter(({ operator }) => operator === 'Split');
        expect(Math.max(0, ...splits.map(({ outputs }) => outputs.length))).toBeLessThanOrEqual(mostParts);
        // each makes one value into so many: no tree has fewer nodes than this, and one for each level may be left unfilled
        const fewest = Math.ceil((sizes.length - 1) / (mostParts - 1));
        expect(splits.length).toBeLessThanOrEqual(fewest + Math.ceil(Math.log(sizes.length + 1) / Math.log(mostParts)));
      }),
      { numRuns: 30 },
    );
  });
});
