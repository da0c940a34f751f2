import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { lowerConvolutions } from '#antonym/lowering/convolution/lower-convolutions.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { compile } from '../../graph/run-graph.js';

const count = 2;
/** As many as it takes to pay at these sizes. */
const [channels, filters] = [32, 48];

/** The gradient of sum(dy * conv(x, w)) with respect to w, by its definition. */
function byDefinition(x: TensorData, dy: TensorData, pads: readonly number[]): Float64Array {
  const [, , height, width] = x.shape as [number, number, number, number];
  const [, , rows, columns] = dy.shape as [number, number, number, number];
  const weights = new Float64Array(filters * channels * 9);
  for (let index = 0; index < weights.length; index++) {
    const [filter, channel] = [Math.floor(index / (channels * 9)), Math.floor(index / 9) % channels];
    const [down, right] = [(Math.floor(index / 3) % 3) - pads[0]!, (index % 3) - pads[1]!];
    for (let image = 0; image < count; image++) {
      for (let row = Math.max(0, -down); row < Math.min(rows, height - down); row++) {
        for (let column = Math.max(0, -right); column < Math.min(columns, width - right); column++) {
          const pixel = ((image * channels + channel) * height + row + down) * width + column + right;
          weights[index]! += Number(x.data[pixel]) * Number(dy.data[((image * filters + filter) * rows + row) * columns + column]);
        }
      }
    }
  }
  return weights;
}

describe('the weight gradient by minimal filtering', () => {
  test('is the sum over all windows, whatever the size and the padding', async () => {
    const pad = fc.constantFrom(0, 1, 2);
    const side = fc.integer({ min: 5, max: 12 });
    await fc.assert(
      fc.asyncProperty(side, side, fc.tuple(pad, pad, pad, pad), async (height, width, pads) => {
        const graph = new Graph();
        const x = graph.input('x', 'float32', [count, channels, height, width]);
        const w = graph.input('w', 'float32', [filters, channels, 3, 3]);
        const y = graph.add('Conv', [x, w], { kernel_shape: [3, 3], pads });
        const dy = graph.input('dy', 'float32', y.shape);
        const loss = graph.add('ReduceSum', [graph.add('Mul', [y, dy])], { keepdims: 0 });
        graph.output('dw', differentiate(graph, loss, [w])[0]!);
        // sizes at which another formulation is chosen are no test: 36 are the positions of a tile
        fc.pre(lowerConvolutions(graph, 'cpu').nodes.some(({ operator, outputs }) => operator === 'MatMul' && outputs[0]!.shape[0] === 36));
        const random = randomStream('minimal filtering');
        const feeds = Object.fromEntries(
          [x, w, dy].map(({ name, shape }) => {
            const sizes = shape as number[];
            const length = sizes.reduce((product, size) => product * size, 1);
            return [name, floatTensor(sizes, Float32Array.from({ length }, random.normal))];
          }),
        );
        const { dw } = await (await compile(graph))(feeds);
        const expected = byDefinition(feeds.x!, feeds.dy!, pads);
        const distance = Math.hypot(...Array.from(expected, (value, index) => value - Number(dw!.data[index])));
        expect(distance / Math.hypot(...expected)).toBeLessThan(1e-5);
      }),
      { numRuns: 10 },
    );
  });
});
