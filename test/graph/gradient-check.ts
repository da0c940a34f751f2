/**
 * Numeric check of gradients by random projection: for loss(x) = sum(r * f(x)) with random r and a random direction d,
 * (loss(x + e d) - loss(x - e d)) / 2e must equal <dloss/dx, d>.
 */

import { expect } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { type RandomStream, randomStream } from '#antonym/support/random.js';
import { elementCount, type TensorData } from '#antonym/tensors/tensor-data.js';
import { compile } from './run-graph.js';

export interface GradientCase {
  /** Inputs to differentiate: shape, and how to draw them (default: standard normal). */
  inputs: Record<string, { shape: number[]; draw?: (random: RandomStream) => number }>;
  /** The function under test; a list where several outputs carry gradients. */
  build(graph: Graph, ...inputs: Value[]): Value | readonly Value[];
  /** float32 where ONNX Runtime has no float64 kernel. */
  dataType?: 'float32' | 'float64';
}

export async function checkGradients(name: string, { inputs, build, dataType = 'float64' }: GradientCase): Promise<void> {
  const seed = `gradient check of ${name}`;
  const random = randomStream(seed);
  const graph = new Graph();
  const values = Object.entries(inputs).map(([input, { shape }]) => graph.input(input, dataType, shape));
  const built = build(graph, ...values);
  const terms = [built].flat().map((value) => {
    const shape = value.shape as number[];
    const weights = graph.numbers(value.dataType, Array.from({ length: elementCount(shape) }, random.normal), shape);
    return graph.add('ReduceSum', [graph.add('Mul', [value, weights])], { keepdims: 0 });
  });
  const loss = terms.reduce((sum, term) => graph.add('Add', [sum, term]));
  graph.output('loss', loss);
  for (const [index, gradient] of differentiate(graph, loss, values).entries()) graph.output(`gradient_${index}`, gradient);
  const run = await compile(graph);

  const draw = (shape: number[], next: () => number): TensorData => {
    const values = Float64Array.from({ length: elementCount(shape) }, next);
    return { dataType, shape, data: dataType === 'float32' ? Float32Array.from(values) : values };
  };
  const point = Object.fromEntries(
    Object.entries(inputs).map(([input, spec]) => [input, draw(spec.shape, () => (spec.draw ?? ((r) => r.normal()))(random))]),
  );
  const results = await run(point);
  const step = dataType === 'float32' ? 1e-2 : 1e-5;
  const tolerance = dataType === 'float32' ? 2e-2 : 1e-6;
  for (const [index, [input, { shape }]] of Object.entries(inputs).entries()) {
    const direction = draw(shape, random.normal).data as Float64Array;
    const gradient = results[`gradient_${index}`]!;
    expect(gradient.shape, `${seed}: shape of the gradient of ${input}`).toEqual(shape);
    const shifted = async (by: number): Promise<number> => {
      const moved = (point[input]!.data as Float64Array).map((value, i) => value + by * direction[i]!);
      return Number((await run({ ...point, [input]: { ...point[input]!, data: moved } })).loss!.data[0]);
    };
    const numeric = ((await shifted(step)) - (await shifted(-step))) / (2 * step);
    const analytic = direction.reduce((sum, d, i) => sum + d * Number(gradient.data[i]), 0);
    const scale = Math.hypot(...direction) * Math.hypot(...Array.from(gradient.data as Float64Array)) + 1e-6;
    expect(Math.abs(numeric - analytic) / scale, `${seed}: d/d${input} numeric ${numeric}, analytic ${analytic}`).toBeLessThan(tolerance);
    expect(Math.hypot(...Array.from(gradient.data as Float64Array)), `${seed}: the gradient of ${input} vanishes`).toBeGreaterThan(0);
  }
}
