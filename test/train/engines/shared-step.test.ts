/** A step of several processes is the step of one: the same photographs, gradients, statistics and updates. */
import { afterAll, describe, expect, test } from 'vitest';
import { partsOf } from '#antonym/peers/peers.js';
import type { NamedTensors } from '#antonym/tensors/tensor-data.js';
import type { Engine, EngineOptions } from '#antonym/train/engines/engine.js';
import { createOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { peersInProcess } from '../../peers/peers-in-process.js';
import { batch, crops, optionsFor, shallowModels } from './reduced-models.js';

const parts = 4;
const open: Engine[] = [];
afterAll(() => Promise.all(open.map((engine) => engine.close())));

async function engineWith(model: string, further: Partial<EngineOptions>): Promise<Engine> {
  const engine = await createOnnxRuntimeEngine(optionsFor(shallowModels[model]!, further));
  open.push(engine);
  return engine;
}

/** Steps of one engine that computes all parts, or of several that share them. */
async function train(engines: readonly Engine[], steps: number): Promise<{ state: NamedTensors[]; losses: number[]; norms: number[] }> {
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const own = await Promise.all(
      engines.map(async (engine, rank) => {
        const { first, count } = partsOf({ rank, size: engines.length }, parts);
        const values: number[] = [];
        for (let part = 0; part < count; part++) {
          values.push((await engine.accumulate(batch(`step.${step}.${first + part}`), part, parts)).loss);
        }
        norms.push((await engine.update({ step, learningRate: 1e-3 })).gradientNorm);
        return values;
      }),
    );
    losses.push(...own.flat());
  }
  return { state: await Promise.all(engines.map((engine) => engine.readState())), losses, norms };
}

function largestDifference(one: NamedTensors, other: NamedTensors, isWanted: (name: string) => boolean): number {
  const names = Object.keys(one).filter(isWanted);
  expect(names.length).toBeGreaterThan(0);
  const differences = names.flatMap((name) =>
    Array.from(one[name]!.data as Float32Array, (value, at) => Math.abs(value - Number(other[name]!.data[at]))),
  );
  return differences.reduce((largest, difference) => Math.max(largest, difference), 0);
}

const isStatistic = (name: string): boolean => /running_(mean|var)$/.test(name);

describe.each(Object.keys(shallowModels))('%s', (model) => {
  const sharing = (size: number): Promise<Engine[]> =>
    Promise.all(
      peersInProcess(size).map((peers) => {
        const own = partsOf(peers, parts);
        return engineWith(model, { accumulate: own.count, sharing: { peers, parts: own } });
      }),
    );

  test('two and three engines that share the parts of a step train as one does', async () => {
    const one = await train([await engineWith(model, { accumulate: parts })], 1);
    for (const size of [2, 3]) {
      const several = await train(await sharing(size), 1);
      expect(several.losses).toEqual(one.losses);
      for (const norm of several.norms) expect(norm / one.norms[0]!).toBeCloseTo(1, 6);
      for (const state of several.state) {
        expect(state).toEqual(several.state[0]);
        expect(largestDifference(one.state[0]!, state, (name) => name.startsWith('moment1.'))).toBeLessThan(1e-7);
        // AdamW's first steps take the sign of a gradient: a rounding of one near zero moves its weight
        expect(largestDifference(one.state[0]!, state, (name) => !name.startsWith('moment'))).toBeLessThan(1e-3);
        if (Object.keys(state).some(isStatistic)) expect(largestDifference(one.state[0]!, state, isStatistic)).toBeLessThan(1e-6);
      }
    }
  });
});

test('engines that share steps stay equal, bit by bit, and repeat them bit by bit', async () => {
  const [model] = Object.keys(shallowModels) as [string];
  const runs = [];
  for (let run = 0; run < 2; run++) {
    const engines = await Promise.all(
      peersInProcess(2).map((peers) => engineWith(model, { accumulate: 2, sharing: { peers, parts: partsOf(peers, parts) } })),
    );
    runs.push(await train(engines, 3));
    const [first, second] = await Promise.all(engines.map((engine) => engine.measure(batch('measured'), crops)));
    expect(second).toEqual(first);
  }
  expect(runs[0]!.state[1]).toEqual(runs[0]!.state[0]);
  expect(runs[1]).toEqual(runs[0]);
});
