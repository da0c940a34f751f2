import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBackbone } from '#antonym/backbones/registry.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { cropCount } from '#antonym/losses/levels.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { SessionThread } from '#antonym/runtime/session-thread.js';
import { floatTensor, type TensorData } from '#antonym/runtime/tensor-data.js';
import { randomStream } from '#antonym/support/random.js';
import { buildGradientsGraph, buildLossGraph, lossNames, trainedSpecs } from '#antonym/train/gradients-graph.js';
import { gradientName, initialGradients, initialTensors } from '#antonym/train/state.js';
import { compile } from '../graph/run-graph.js';

const side = 32;
const levels = 2;
const tiny = findBackbone('clip-tiny');
const prompts = seededPrompts(1, 3, tiny.embedding);

function gradientsOf(photographs: number, trainNormalization: 'batch' | 'running') {
  const model = { backbone: { ...tiny, trainNormalization }, prompts };
  const losses = buildLossGraph(model, { photographs, levels }, side, { marginConsistency: 0.0025, marginRank: 0.0675 });
  const trained = trainedSpecs(losses.parameters);
  return {
    graph: buildGradientsGraph(losses, true),
    single: buildGradientsGraph(losses, false),
    gradientNames: trained.map(({ name }) => gradientName(name)),
    state: { ...initialTensors(losses.parameters.specs.values(), 1), ...initialGradients(trained) } as Record<string, TensorData>,
  };
}

function pixels(photographs: number): TensorData {
  const count = cropCount({ photographs, levels });
  const random = randomStream('crops of the gradients graph', photographs);
  // flat colours with noise: crops must differ for the losses to pull
  const data = new Uint8Array(count * side * side * 3);
  for (let crop = 0; crop < count; crop++) {
    const colour = [random.integer(200), random.integer(200), random.integer(200)];
    for (let i = 0; i < side * side * 3; i++) data[crop * side * side * 3 + i] = colour[i % 3]! + random.integer(56);
  }
  return { dataType: 'uint8', shape: [count, side, side, 3], data };
}

const part = ({ data, shape }: TensorData, first: number, count: number): TensorData => ({
  dataType: 'uint8',
  shape: [count, ...shape.slice(1)],
  data: (data as Uint8Array).slice(first * side * side * 3, (first + count) * side * side * 3),
});

const bytes = ({ data }: TensorData): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

const scalar = (value: number): TensorData => floatTensor([], [value]);

describe('the gradients graph', () => {
  let thread: SessionThread;

  beforeAll(() => {
    thread = new SessionThread({ threads: 1 });
  });

  afterAll(() => thread.close());

  it('accumulates: two halves of a batch give the gradients and losses of the whole', async () => {
    const crops = pixels(2);
    const half = cropCount({ photographs: 1, levels });
    const whole = gradientsOf(2, 'running');
    const expected = await (await compile(whole.graph))({ ...whole.state, crops, keep: scalar(0), share: scalar(1) });
    const halves = gradientsOf(1, 'running');
    await thread.load('halves', encodeOnnx(halves.graph));
    await thread.writeState(halves.state);
    // what an earlier step left behind must not count: keep is 0 in the first call
    await thread.run('halves', { crops: part(crops, half, half), keep: scalar(1), share: scalar(1) });
    const first = await thread.run('halves', { crops: part(crops, 0, half), keep: scalar(0), share: scalar(0.5) });
    const second = await thread.run('halves', { crops: part(crops, half, half), keep: scalar(1), share: scalar(0.5) });
    for (const name of lossNames) {
      const mean = (Number(first[name]!.data[0]) + Number(second[name]!.data[0])) / 2;
      expect(mean, name).toBeGreaterThan(0);
      expect(Math.abs(mean / Number(expected[name]!.data[0]) - 1), name).toBeLessThan(1e-5);
    }
    const sums = await thread.readState(halves.gradientNames);
    const norm = (values: number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    const total = norm(whole.gradientNames.map((name) => norm(Array.from(expected[`next.${name}`]!.data, Number))));
    for (const name of whole.gradientNames) {
      const reference = Array.from(expected[`next.${name}`]!.data, Number);
      const difference = reference.map((value, index) => value - Number(sums[name]!.data[index]));
      expect(norm(difference) / Math.max(norm(reference), 1e-6 * total), name).toBeLessThan(1e-3);
    }
  });

  it('for one batch a step: the same numbers without sums', async () => {
    const { graph, single, gradientNames, state } = gradientsOf(1, 'running');
    const crops = pixels(1);
    const summed = await (await compile(graph))({ ...state, crops, keep: scalar(0), share: scalar(1) });
    const plain = await (await compile(single))({ ...state, crops });
    for (const name of [...gradientNames.map((gradient) => `next.${gradient}`), ...lossNames]) {
      const differing = plain[name]!.data.findIndex((value, index) => value !== summed[name]!.data[index]);
      expect(differing, name).toBe(-1);
    }
  });

  it('gives the same bits where its outputs become the state of a thread, gradients and running statistics', async () => {
    const { graph, state } = gradientsOf(1, 'batch');
    const run = await compile(graph);
    await thread.load('batch', encodeOnnx(graph));
    await thread.writeState(state);
    const copied = { ...state };
    const untouched = structuredClone(state);
    for (const keep of [0, 1, 1]) {
      const feeds = { crops: pixels(1), keep: scalar(keep), share: scalar(0.25) };
      const results = await run({ ...copied, ...feeds });
      for (const [name, tensor] of Object.entries(results)) if (name.startsWith('next.')) copied[name.slice(5)] = tensor;
      const losses = await thread.run('batch', feeds);
      for (const name of lossNames) expect(losses[name]).toEqual(results[name]);
    }
    const inPlace = await thread.readState(Object.keys(state));
    const differing = (a: Record<string, TensorData>, b: Record<string, TensorData>) =>
      Object.keys(a).filter((name) => !bytes(a[name]!).equals(bytes(b[name]!)));
    expect(differing(copied, inPlace)).toEqual([]);
    expect(differing(untouched, state), 'ONNX Runtime writes over what it is fed').toEqual([]);
    const moved = Object.keys(state).filter((name) => name.includes('.running_'));
    expect(moved.length).toBeGreaterThan(0);
    expect(differing(copied, state)).toEqual(expect.arrayContaining(moved));
  });

  it('adds ranking across photographs, weighted, where it is asked for', async () => {
    const margins = { marginConsistency: 0.0025, marginRank: 0.0675 };
    const build = (lossAcross: number) =>
      buildLossGraph({ backbone: tiny, prompts }, { photographs: 2, levels }, side, { ...margins, lossAcross });
    const state = initialTensors(build(1).parameters.specs.values(), 1);
    const of = async (lossAcross: number) => {
      const results = await (await compile(build(lossAcross).graph))({ ...state, crops: pixels(2) });
      return (name: string): number => Number(results[name]!.data[0]);
    };
    const [without, single, double] = [await of(0), await of(1), await of(2)];
    expect(single('across')).toBeGreaterThan(0);
    expect(double('across')).toBeCloseTo(2 * single('across'), 5);
    for (const [name, loss] of [['single', single] as const, ['double', double] as const]) {
      expect(loss('loss'), name).toBeCloseTo(without('loss') + loss('across'), 5);
    }
  });
});
