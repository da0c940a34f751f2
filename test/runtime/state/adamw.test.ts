import { describe, expect, test } from 'vitest';
import type { ParameterSpec } from '#antonym/backbones/parameters.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { type AdamWUpdate, updateState } from '#antonym/runtime/state/adamw.js';
import { ProcessorState } from '#antonym/runtime/state/processor-state.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import {
  averageName,
  firstMomentName,
  gradientName,
  initialAverages,
  initialMoments,
  secondMomentName,
  updatedTensors,
} from '#antonym/train/graphs/state.js';
import { buildUpdateGraph, updateFeeds } from '#antonym/train/graphs/update-graph.js';
import { compile } from '../../graph/run-graph.js';
import {
  gradientsAt,
  initialState,
  learningRateAt,
  options,
  pytorchSteps,
  relativeError,
  specs,
  statedTensor,
  steps,
} from '../../train/golden/optimizer-steps.js';

type Tensors = Record<string, TensorData>;

/** The values in `state` become those after the update. */
async function updateTensors(update: AdamWUpdate, state: Tensors): Promise<number> {
  const own = new ProcessorState();
  // what is written may be released
  for (const [name, tensor] of Object.entries(structuredClone(state))) await own.write(name, tensor);
  const norm = updateState(update, own);
  for (const name of Object.keys(state)) state[name] = await own.read(name);
  return norm;
}

function updateOf(trained: readonly ParameterSpec[], rest: Partial<AdamWUpdate>): AdamWUpdate {
  return {
    ...options,
    parameters: updatedTensors(trained),
    averages: [],
    step: 1,
    learningRate: 1e-3,
    gradientScale: 1,
    averageShare: 0,
    ...rest,
  };
}

/** No whole number of vectors, a whole number of pages, shorter than a vector. */
const lengths = { long: 2 * 8192 + 3, whole: 8192, short: 3 };
const sized: ParameterSpec[] = Object.entries(lengths).map(([name, length]) => ({
  ...specs[0]!,
  name,
  shape: [length],
  weightDecay: name !== 'short',
}));

function drawn(name: string, size: number): TensorData {
  const random = randomStream('values of an update', name);
  const length = lengths[name.split('.').at(-1) as keyof typeof lengths];
  return floatTensor(
    [length],
    Float32Array.from({ length }, () => size * random.normal()),
  );
}

describe('AdamW over the state', () => {
  test("moves a head's parameters at a rate of their own, here as in the graph", async () => {
    const headRate = 7;
    const own = specs.map((spec) => ({ ...spec, name: spec.name === 'matrix' ? 'head.matrix' : `visual.${spec.name}` }));
    const named = (tensors: Tensors): Tensors =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, tensor]) => [
          name.replace(/(matrix|bias|kernel)$/, (end) => own[specs.findIndex((spec) => spec.name === end)]!.name),
          tensor,
        ]),
      );
    const start = named({ ...initialState(), ...gradientsAt(0) });
    const updated = async (learningRate: number, rate: number): Promise<Tensors> => {
      const state = structuredClone(start);
      await updateTensors(updateOf(own, { parameters: updatedTensors(own, rate), learningRate }), state);
      return state;
    };
    const [found, slow, fast] = [await updated(1e-3, headRate), await updated(1e-3, 1), await updated(7e-3, 1)];
    for (const { name } of own) expect(relativeError(found[name]!, (name === 'head.matrix' ? fast : slow)[name]!), name).toBeLessThan(1e-6);
    const feeds = updateFeeds({ ...options, step: 1, learningRate: 1e-3, gradientScale: 1, averageShare: 0 });
    const graph = await (await compile(buildUpdateGraph(own, { ...options, headRate })))({ ...start, ...feeds });
    for (const { name } of own) expect(relativeError(graph[`next.${name}`]!, found[name]!), name).toBeLessThan(1e-6);
  });

  test('takes the steps of PyTorch: clip_grad_norm_, then AdamW', async () => {
    const expected = await pytorchSteps();
    const state: Tensors = initialState();
    for (let step = 0; step < steps; step++) {
      Object.assign(state, gradientsAt(step));
      const norm = await updateTensors(updateOf(specs, { step: step + 1, learningRate: learningRateAt(step) }), state);
      expect(Math.abs(norm / Number(expected.get(`${step}.norm`)!.data[0]) - 1)).toBeLessThan(1e-6);
      for (const { name } of specs) {
        expect(relativeError(state[name]!, expected.get(`${step}.${name}`)!), `${name} after step ${step}`).toBeLessThan(1e-6);
      }
    }
    for (const { name } of specs) {
      expect(relativeError(state[firstMomentName(name)]!, expected.get(`moment1.${name}`)!)).toBeLessThan(1e-6);
      expect(relativeError(state[secondMomentName(name)]!, expected.get(`moment2.${name}`)!)).toBeLessThan(1e-6);
    }
  });

  test('agrees with the update graph, moving averages included, on tensors of any length', async () => {
    const run = await compile(buildUpdateGraph(sized, options, sized));
    const parameters = Object.fromEntries(sized.map(({ name }) => [name, drawn(name, 1)]));
    const initial = (): Tensors =>
      structuredClone({ ...parameters, ...initialMoments(sized), ...initialAverages(Object.entries(parameters)) });
    const state = initial();
    let copied = initial();
    for (let step = 1; step <= 4; step++) {
      const gradients = Object.fromEntries(sized.map(({ name }) => [gradientName(name), drawn(`${step}.${name}`, 10 ** (1 - step))]));
      Object.assign(state, structuredClone(gradients));
      const update = updateOf(sized, {
        step,
        gradientScale: 0.5,
        averageShare: 0.25,
        averages: sized.map(({ name }) => ({ average: averageName(name), value: name })),
      });
      const norm = await updateTensors(update, state);
      const results = await run({
        ...copied,
        ...gradients,
        ...updateFeeds(update),
      });
      copied = Object.fromEntries(Object.keys(copied).map((name) => [name, results[`next.${name}`]!]));
      expect(Math.abs(norm / Number(results.gradient_norm!.data[0]) - 1)).toBeLessThan(1e-6);
      for (const name of Object.keys(copied)) expect(relativeError(state[name]!, copied[name]!), name).toBeLessThan(1e-6);
    }
  });

  test('of a sum of gradients is that of their mean', async () => {
    const parameters = Object.fromEntries(sized.map(({ name }) => [name, drawn(name, 1)]));
    const stateWith = (factor: number): Tensors => {
      const gradients = sized.map(({ name }) => {
        const gradient = drawn(`1.${name}`, 0.5);
        return [
          gradientName(name),
          floatTensor(
            gradient.shape,
            (gradient.data as Float32Array).map((value) => factor * value),
          ),
        ];
      });
      return { ...structuredClone(parameters), ...initialMoments(sized), ...Object.fromEntries(gradients) };
    };
    const [one, four] = [stateWith(1), stateWith(4)];
    const norm = await updateTensors(updateOf(sized, {}), one);
    // a factor of 4 is exact in floating point
    expect(await updateTensors(updateOf(sized, { gradientScale: 1 / 4 }), four)).toBe(norm);
    for (const { name } of sized) expect(relativeError(four[name]!, one[name]!)).toBeLessThan(1e-7);
    expect(norm).toBeGreaterThan(options.clipNorm);
  });

  test('moves averages of what is no parameter too', async () => {
    const [variance, average] = ['variance', averageName('variance')].map((name) => [name, drawn(`${name}.short`, 1)] as const);
    const state: Tensors = { ...initialState(), ...gradientsAt(0), ...Object.fromEntries([variance!, average!]) };
    await updateTensors(updateOf(specs, { averages: [{ average: average![0], value: 'variance' }], averageShare: 0.25 }), state);
    expect(state.variance).toEqual(variance![1]);
    const [values, before] = [variance![1].data, average![1].data] as [Float32Array, Float32Array];
    const expected = floatTensor(
      [3],
      before.map((value, index) => value + 0.25 * (values[index]! - value)),
    );
    expect(relativeError(state[average![0]]!, expected)).toBeLessThan(1e-6);
  });

  test('keeps no subnormal numbers', async () => {
    const spec = { ...specs[0]!, shape: [9] };
    const state: Tensors = { [spec.name]: floatTensor([9], new Float32Array(9)), ...initialMoments([spec]) };
    (state[firstMomentName(spec.name)]!.data as Float32Array).fill(1e-40);
    (state[secondMomentName(spec.name)]!.data as Float32Array).fill(1e-40);
    const values = [0, 1e-42, -1e-30, 1e-17, -1e-10, 1e-3, -1];
    for (const _ of [1, 2]) {
      state[gradientName(spec.name)] = floatTensor(
        [9],
        Float32Array.from({ length: 9 }, (_, index) => values[index] ?? 0),
      );
      await updateTensors(updateOf([spec], {}), state);
    }
    const moments = [firstMomentName, secondMomentName].map((nameOf) => state[nameOf(spec.name)]!.data as Float32Array);
    for (const values of moments) {
      expect([...values].filter((value) => value !== 0 && Math.abs(value) < 2 ** -126)).toEqual([]);
      expect(values.filter((value) => value !== 0)).toHaveLength(3);
    }
  });

  test('leaves everything as it is where a gradient is not finite, moving averages too', async () => {
    const averages = [...specs.map(({ name }) => name), 'variance'].map((value) => ({ average: averageName(value), value }));
    for (const wrong of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const state: Tensors = { ...initialState(), ...gradientsAt(0), variance: statedTensor('variance', [5], 1) };
      for (const { average, value } of averages) state[average] = { ...state[value]!, data: new Float32Array(state[value]!.data.length) };
      (state[gradientName(specs[1]!.name)]!.data as Float32Array)[2] = wrong;
      const before = structuredClone(state);
      expect(Math.abs(await updateTensors(updateOf(specs, { averages, averageShare: 0.5 }), state))).toEqual(Math.abs(wrong));
      expect(state).toEqual(before);
    }
  });

  test('in a thread takes gradients out of its state, and repeats bit for bit', async () => {
    const results: Tensors[] = [];
    for (const _ of [1, 2]) {
      const thread = new SessionThread({ threads: 1 });
      try {
        await thread.writeState({ ...initialState(), ...gradientsAt(0) });
        expect(await thread.update(updateOf(specs, {}))).toBeGreaterThan(1);
        await expect(thread.update(updateOf(specs, {}))).rejects.toThrow('the state has no float32 tensor gradient.matrix');
        results.push(await thread.readState());
      } finally {
        await thread.close();
      }
    }
    expect(Object.keys(results[0]!).sort()).toEqual(Object.keys(initialState()).sort());
    expect(results[0]).toEqual(results[1]);
    expect(results[0]!.matrix).not.toEqual(initialState().matrix);
  });
});
