import { describe, expect, it } from 'vitest';
import type { ParameterSpec } from '#antonym/backbones/parameters.js';
import type { AdamWUpdate } from '#antonym/runtime/adamw.js';
import { SessionThread } from '#antonym/runtime/session-thread.js';
import { addInto, sumOfSquares } from '#antonym/runtime/state-arithmetic.js';
import { floatTensor, type TensorData } from '#antonym/runtime/tensor-data.js';
import { UpdateThreads } from '#antonym/runtime/update-threads.js';
import { randomStream } from '#antonym/support/random.js';
import {
  averageName,
  firstMomentName,
  gradientName,
  initialAverages,
  initialMoments,
  secondMomentName,
  updatedTensors,
} from '#antonym/train/state.js';
import { buildUpdateGraph, updateFeeds } from '#antonym/train/update-graph.js';
import { compile } from '../graph/run-graph.js';
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
} from '../train/golden/optimizer-steps.js';

type Tensors = Record<string, TensorData>;

const single = new UpdateThreads(1);

function updateTensors(update: AdamWUpdate, state: Tensors, threads = single): Promise<number> {
  return threads.update(update, {
    floats: (name) => state[name]!.data as Float32Array,
    moveBack: (name, values) => {
      state[name] = floatTensor(state[name]!.shape, values);
    },
  });
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

/** Longer than a part and no whole number of vectors, as long as a part, shorter than a vector. */
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
  it('takes the steps of PyTorch: clip_grad_norm_, then AdamW', async () => {
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

  it('agrees with the update graph, moving averages included, on tensors of any length', async () => {
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

  it('of a sum of gradients is that of their mean', async () => {
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

  it('is the same, bit for bit, with any number of threads, and wherever tensors share memory', async () => {
    const shared = new Float32Array(2 * lengths.long);
    const stateOf = (): Tensors => {
      const state = structuredClone({
        ...Object.fromEntries(sized.map(({ name }) => [name, drawn(name, 1)])),
        ...Object.fromEntries(sized.map(({ name }) => [averageName(name), drawn(name, 2)])),
        ...Object.fromEntries(sized.map(({ name }) => [gradientName(name), drawn(`1.${name}`, 0.5)])),
        ...initialMoments(sized),
        ...Object.fromEntries(['variance', averageName('variance')].map((name) => [name, drawn(`${name}.short`, 1)])),
      });
      const { shape, data } = state.long!;
      const part = shared.slice().subarray(7, 7 + data.length);
      part.set(data as Float32Array);
      state.long = floatTensor(shape, part);
      return state;
    };
    const averages = [...sized.map(({ name }) => name), 'variance'].map((value) => ({ average: averageName(value), value }));
    const update = updateOf(sized, { averages, averageShare: 0.25 });
    const expected = stateOf();
    const norm = await updateTensors(update, expected);
    for (const threads of [2, 3]) {
      const found = stateOf();
      expect(await updateTensors(update, found, new UpdateThreads(threads, 0))).toBe(norm);
      for (const name of Object.keys(expected)) expect(found[name]!.data, name).toEqual(expected[name]!.data);
    }
    expect(expected.variance).toEqual(stateOf().variance);
    expect(expected[averageName('variance')]).not.toEqual(stateOf()[averageName('variance')]);
  });

  it('keeps no subnormal numbers', async () => {
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

  it.each([1, 2])('on %i threads, leaves everything as it is where a gradient is not finite, moving averages too', async (threads) => {
    const averages = [...specs.map(({ name }) => name), 'variance'].map((value) => ({ average: averageName(value), value }));
    for (const wrong of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const state: Tensors = { ...initialState(), ...gradientsAt(0), variance: statedTensor('variance', [5], 1) };
      for (const { average, value } of averages) state[average] = { ...state[value]!, data: new Float32Array(state[value]!.data.length) };
      (state[gradientName(specs[1]!.name)]!.data as Float32Array)[2] = wrong;
      const before = structuredClone(state);
      expect(Math.abs(await updateTensors(updateOf(specs, { averages, averageShare: 0.5 }), state, new UpdateThreads(threads, 0)))).toEqual(
        Math.abs(wrong),
      );
      expect(state).toEqual(before);
    }
  });

  it('in a thread takes gradients out of its state, and repeats bit for bit', async () => {
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

describe('arithmetic on the state', () => {
  it('adds and sums up squares of arrays of any length', () => {
    for (const name of Object.keys(lengths)) {
      const [a, b] = [drawn(`a.${name}`, 1).data as Float32Array, drawn(`b.${name}`, 1).data as Float32Array];
      const sum = a.slice();
      addInto(sum, b);
      expect(sum).toEqual(a.map((value, index) => value + b[index]!));
      const squares = a.reduce((total, value) => total + value * value, 0);
      expect(Math.abs(sumOfSquares(a) / squares - 1)).toBeLessThan(1e-12);
    }
    expect(sumOfSquares(Float32Array.of(3, Number.NaN))).toBeNaN();
    expect(() => addInto(new Float32Array(2), new Float32Array(3))).toThrow('arrays of 2,3 values');
  });
});
