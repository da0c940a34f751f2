import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ParameterSpec } from '#antonym/backbones/parameters.js';
import { Graph } from '#antonym/graph/graph.js';
import { neededParts } from '#antonym/graph/needed-parts.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { elementCount, floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import {
  averageName,
  firstMomentName,
  gradientName,
  initialAverages,
  scoringTensors,
  secondMomentName,
} from '#antonym/train/graphs/state.js';
import { joinedTensors, updateGroups } from '#antonym/train/graphs/tensor-groups.js';
import { buildNormGraph, buildUpdateGraph, updateFeeds } from '#antonym/train/graphs/update-graph.js';
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
} from '../golden/optimizer-steps.js';

/** The feeds of a step besides its state. */
function feeds(step: number): Record<string, TensorData> {
  const numbers = { ...options, step: step + 1, learningRate: learningRateAt(step), gradientScale: 1, averageShare: 0 };
  return { ...gradientsAt(step), ...updateFeeds(numbers) };
}

/** The gradients of single tensors in the form of a device's gradients graph. */
async function gradientsOfGroups(trained: readonly ParameterSpec[], state: Readonly<Record<string, TensorData>>) {
  const graph = new Graph();
  for (const { specs: own, gradient, join } of updateGroups(trained, joinedTensors)) {
    const values = own.map(({ name, shape }) => graph.input(gradientName(name), 'float32', shape));
    // also of a tensor that is its group by itself
    graph.output(gradient, graph.add('Add', [join(graph, values), 0]));
  }
  return (await compile(graph))(state);
}

describe('the update graph', () => {
  let thread: SessionThread;

  beforeEach(() => {
    thread = new SessionThread({ threads: 1 });
  });

  afterEach(() => thread.close());

  test('takes the steps of PyTorch: clip_grad_norm_, then AdamW', async () => {
    const tensors = await pytorchSteps();
    const run = await compile(buildUpdateGraph(specs, options));
    let state = initialState();
    for (let step = 0; step < steps; step++) {
      const before = state;
      const results = await run({ ...state, ...feeds(step) });
      state = Object.fromEntries(Object.keys(state).map((name) => [name, results[`next.${name}`]!]));
      expect(relativeError(results.gradient_norm!, tensors.get(`${step}.norm`)!)).toBeLessThan(1e-6);
      for (const { name } of specs) {
        expect(relativeError(state[name]!, tensors.get(`${step}.${name}`)!), `${name} after step ${step}`).toBeLessThan(1e-6);
        expect(state[name]!.data).not.toEqual(before[name]!.data);
      }
    }
    for (const { name } of specs) {
      expect(relativeError(state[firstMomentName(name)]!, tensors.get(`moment1.${name}`)!)).toBeLessThan(1e-6);
      expect(relativeError(state[secondMomentName(name)]!, tensors.get(`moment2.${name}`)!)).toBeLessThan(1e-6);
    }
  });

  test('takes the same steps with its tensors joined', async () => {
    const buffer: ParameterSpec = { ...specs[1]!, name: 'running_mean', role: 'buffer' };
    // two groups with a rest, one that needs parts of parts, and a tensor by itself
    const many = Array.from({ length: 60 }, (_, index) => ({ ...specs[index % 3]!, name: `${specs[index % 3]!.name}.${index}` }));
    const averaged = [...many, buffer];
    const [separate, joined] = [
      buildUpdateGraph(many, options, averaged),
      buildUpdateGraph(many, options, averaged, { grouping: joinedTensors }),
    ];
    expect([...joined.outputs.keys()].sort()).toEqual([...separate.outputs.keys()].sort());
    expect(neededParts(joined).nodes.filter(({ operator }) => operator === 'Sqrt').length).toBe(4);
    const state: Record<string, TensorData> = { running_mean: statedTensor('running_mean', [5], 1) };
    for (const { name, shape } of many) {
      for (const nameOf of [(own: string) => own, firstMomentName, gradientName])
        state[nameOf(name)] = statedTensor(nameOf(name), shape, 1);
      const second = statedTensor(secondMomentName(name), shape, 1);
      state[secondMomentName(name)] = { ...second, data: (second.data as Float32Array).map(Math.abs) };
    }
    for (const { name, shape } of averaged) state[averageName(name)] = statedTensor(averageName(name), shape, 1);
    const numbers = updateFeeds({ ...options, step: 3, learningRate: 1e-3, gradientScale: 0.5, averageShare: 0.25 });
    const expected = await (await compile(separate))({ ...state, ...numbers });
    const joinedGradients = await gradientsOfGroups(many, state);
    const { gradient_norm: norm } = await (await compile(buildNormGraph(many, joinedTensors)))({ ...joinedGradients, ...numbers });
    expect(relativeError(norm!, expected.gradient_norm!)).toBeLessThan(1e-6);
    const found = await (await compile(joined))({ ...state, ...joinedGradients, ...numbers });
    expect(Object.keys(found)).toHaveLength(1 + 3 * many.length + averaged.length);
    for (const [name, tensor] of Object.entries(expected)) {
      expect(found[name]!.shape, name).toEqual(tensor.shape);
      expect(relativeError(found[name]!, tensor), name).toBeLessThan(1e-6);
    }
  });

  test('gives the same bits where its outputs become the state of a thread', async () => {
    const graph = buildUpdateGraph(specs, options);
    const run = await compile(graph);
    await thread.load('update', encodeOnnx(graph));
    await thread.writeState(initialState());
    let state = initialState();
    for (let step = 0; step < steps; step++) {
      const results = await run({ ...state, ...feeds(step) });
      state = Object.fromEntries(Object.keys(state).map((name) => [name, results[`next.${name}`]!]));
      const replies = await thread.run('update', feeds(step));
      expect(Object.keys(replies)).toEqual(['gradient_norm']);
      expect(replies.gradient_norm).toEqual(results.gradient_norm);
    }
    expect(await thread.readState()).toEqual(state);
  });

  test('keeps moving averages of parameters and of buffers', async () => {
    const buffer: ParameterSpec = { ...specs[1]!, name: 'running_mean', role: 'buffer' };
    const averaged = [specs[0]!, specs[1]!, buffer];
    const graph = buildUpdateGraph(specs, options, averaged);
    await thread.load('update', encodeOnnx(graph));
    const initial: Record<string, TensorData> = { ...initialState(), running_mean: statedTensor('running_mean', [5], 1) };
    await thread.writeState({ ...initial, ...initialAverages(averaged.map(({ name }) => [name, initial[name]!])) });
    const expected = new Map(averaged.map(({ name }) => [name, Array.from(initial[name]!.data, Number)]));
    for (let step = 0; step < 3; step++) {
      const share = 0.5 / (step + 1);
      const running = statedTensor(`running.${step}`, [5], 1);
      await thread.writeState({ running_mean: running });
      await thread.run('update', { ...feeds(step), average_share: floatTensor([], [share]) });
      const state = await thread.readState();
      expect(state.running_mean).toEqual(running);
      for (const { name } of averaged) {
        const own = expected.get(name)!.map((average, index) => average + share * (Number(state[name]!.data[index]) - average));
        expected.set(name, own);
        for (const [index, value] of own.entries()) expect(Number(state[averageName(name)]!.data[index])).toBeCloseTo(value, 6);
      }
    }
    expect(scoringTensors(Object.entries(await thread.readState())).matrix!.data).toEqual(
      (await thread.readState())[averageName('matrix')]!.data,
    );
  });

  test('does not move what has no gradient and no decay, and shrinks what decays', async () => {
    const run = await compile(buildUpdateGraph(specs, options));
    const still = Object.fromEntries(
      specs.map(({ name, shape }) => [gradientName(name), floatTensor(shape, new Float32Array(elementCount(shape)))]),
    );
    const state = initialState();
    const results = await run({ ...state, ...feeds(9), ...still });
    expect(results['next.bias']!.data).toEqual(state.bias!.data);
    const kept = 1 - 1e-3 * options.weightDecay;
    results['next.matrix']!.data.forEach((value, index) => {
      expect(Number(value)).toBeCloseTo(kept * Number(state.matrix!.data[index]), 6);
    });
  });
});
