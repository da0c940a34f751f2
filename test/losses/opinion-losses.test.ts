import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { type OpinionLossName, opinionLoss } from '#antonym/losses/opinion-losses.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { distance, numbers } from '../backbones/golden/golden-step.js';
import { stated } from '../backbones/golden/stated-values.js';
import { compile } from '../graph/run-graph.js';

interface Golden {
  readonly opinions: number[];
  readonly losses: readonly {
    readonly name: OpinionLossName;
    readonly error: number;
    readonly order: number;
    readonly gradient: number[];
  }[];
}

const golden = JSON.parse(await readFile(new URL('../heads/golden/mlp.json', import.meta.url), 'utf8')) as Golden;

async function compiled(name: OpinionLossName, count: number) {
  const graph = new Graph();
  const predicted = graph.input('predicted', 'float32', [count]);
  const { error, order } = opinionLoss(graph, predicted, graph.input('opinions', 'float32', [count]), name);
  graph.output('error', error);
  if (order) graph.output('order', order);
  graph.output('gradient', differentiate(graph, order ? graph.add('Add', [error, order]) : error, [predicted])[0]!);
  const run = await compile(graph);
  return (values: readonly number[], opinions: readonly number[]) =>
    run({ predicted: floatTensor([count], values), opinions: floatTensor([count], opinions) });
}

describe('losses between predicted opinions and those of people', () => {
  test.each(golden.losses)("$name gives PyTorch's value and gradient", async ({ name, error, order, gradient }) => {
    const found = await (await compiled(name, 8))(Array.from(stated('predicted', 8)), golden.opinions);
    expect(numbers(found.error)[0]).toBeCloseTo(error, 6);
    if (name !== 'mse') expect(numbers(found.order)[0]).toBeCloseTo(order, 5);
    expect(distance(numbers(found.gradient), gradient)).toBeLessThan(1e-3);
  });

  test('the margin is met exactly where predictions are in order and far enough apart', async () => {
    const margin = await compiled('margin', 4);
    const opinions = fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(opinions, async (values) => {
        const y = values.map((value) => value / 100);
        expect(
          numbers(
            (
              await margin(
                y.map((value) => value * 100),
                y,
              )
            ).order,
          )[0],
        ).toBe(0);
        expect(
          numbers(
            (
              await margin(
                y.map((value) => -value),
                y,
              )
            ).order,
          )[0],
        ).toBeGreaterThan(0);
      }),
      { numRuns: 20 },
    );
  });

  test('a constant prediction has finite gradients', async () => {
    for (const { name } of golden.losses) {
      const { gradient } = await (await compiled(name, 8))(new Array<number>(8).fill(0.5), golden.opinions);
      expect(numbers(gradient).every(Number.isFinite), name).toBe(true);
    }
  });
});
