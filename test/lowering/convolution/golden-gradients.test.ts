/** The gradients of convolutions in every formulation, against PyTorch's. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { type Formulations, formulations } from '#antonym/lowering/convolution/formulations.js';
import { lowerConvolutions } from '#antonym/lowering/convolution/lower-convolutions.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { stated } from '../../backbones/golden/stated-values.js';
import { compile } from '../../graph/run-graph.js';

interface Golden {
  readonly name: string;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly dy: readonly number[];
  readonly attributes: Readonly<Record<'kernel_shape' | 'strides' | 'pads' | 'dilations', readonly number[]> & { group: number }>;
  readonly dx: readonly number[];
  readonly dw: readonly number[];
}

const golden = new URL('../../graph/golden/convolution_gradients.json', import.meta.url);
const { cases } = JSON.parse(await readFile(golden, 'utf8')) as { readonly cases: readonly Golden[] };

const always = Number.POSITIVE_INFINITY;
const forced: readonly [string, Formulations][] = [
  ['as on a processor', formulations.cpu],
  ['by image', { ...formulations.cpu, winogradWeights: 0, byImage: 0 }],
  ['over all images', { ...formulations.cpu, winogradWeights: 0, patches: false, byImage: always }],
  ['as transposed convolutions', { ...formulations.cpu, convolvedInputs: false }],
  ['by minimal filtering', { ...formulations.cpu, winogradWeights: always, winogradInputs: { share: always, channels: 0 } }],
];

describe.each(forced)('gradients of Conv %s', (_, chosen) => {
  test.each(cases)('$name', async ({ name, x, w, dy, attributes, dx, dw }) => {
    const graph = new Graph();
    const [input, weights, gradient] = [graph.input('x', 'float32', x), graph.input('w', 'float32', w), graph.input('dy', 'float32', dy)];
    const { kernel_shape: kernel, strides, pads, dilations } = attributes;
    const rest = [0, 1].map((axis) => {
      const reach = (kernel[axis]! - 1) * dilations[axis]! + 1;
      return x[axis + 2]! + pads[axis]! + pads[axis + 2]! - reach - (dy[axis + 2]! - 1) * strides[axis]!;
    });
    const byInput = graph.add('ConvInputGradient', [gradient, weights], { ...attributes, output_padding: rest });
    expect(byInput.shape).toEqual(x);
    graph.output('dx', byInput);
    graph.output('dw', graph.add('ConvWeightGradient', [input, gradient], attributes));
    const run = await compile(lowerConvolutions(graph, chosen));
    const feed = (own: string, shape: readonly number[]) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return floatTensor(
        shape,
        Float32Array.from(stated(`${name}.${own}`, count), (value) => Math.floor(9 * value) - 4),
      );
    };
    const results = await run({ x: feed('x', x), w: feed('w', w), dy: feed('dy', dy) });
    for (const [key, expected] of [
      ['dx', dx],
      ['dw', dw],
    ] as const) {
      const values = [...(results[key]!.data as Float32Array)];
      expect(values.length).toBe(expected.length);
      // whole numbers; minimal filtering rounds
      for (const [index, value] of values.entries()) expect(value).toBeCloseTo(expected[index]!, 2);
    }
  });
});
