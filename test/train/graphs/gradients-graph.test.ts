import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBackbone } from '#antonym/backbones/registry.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { cropCount } from '#antonym/losses/levels.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { buildCpuGradientsGraph } from '#antonym/train/engines/cpu-gradients-graph.js';
import { buildLossGraph, lossNames, trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { gradientName, initialTensors } from '#antonym/train/graphs/state.js';
import { compile } from '../../graph/run-graph.js';
import { headOf } from '../../heads/head-of.js';
import { compileGradients } from '../engines/compile-gradients.js';

const side = 32;
const levels = 2;
const tiny = findBackbone('clip-tiny');
const prompts = seededPrompts(1, 3, tiny.embedding);

function gradientsOf(photographs: number, trainNormalization: 'batch' | 'running') {
  const model = { backbone: { ...tiny, trainNormalization }, head: headOf(prompts) };
  const losses = buildLossGraph(model, { photographs, levels }, side, { marginConsistency: 0.0025, marginRank: 0.0675 });
  return {
    losses,
    gradientNames: trainedSpecs(losses.parameters).map(({ name }) => gradientName(name)),
    state: initialTensors(losses.parameters.specs.values(), 1),
  };
}

function pixels(photographs: number): TensorData {
  const count = cropCount({ photographs, levels });
  const random = randomStream('crops of the gradients graph', photographs);
  // flat colors with noise: crops must differ for the losses to pull
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

const sum = (a: TensorData, b: TensorData): TensorData =>
  floatTensor(
    a.shape,
    (a.data as Float32Array).map((value, index) => value + Number(b.data[index])),
  );

describe('the gradients graph', () => {
  let thread: SessionThread;

  beforeAll(() => {
    thread = new SessionThread({ threads: 1 });
  });

  afterAll(() => thread.close());

  test('accumulates: the mean of the gradients and losses of two halves of a batch is those of the whole', async () => {
    const crops = pixels(2);
    const half = cropCount({ photographs: 1, levels });
    const whole = gradientsOf(2, 'running');
    const expected = await (await compileGradients(whole.losses))({ ...whole.state, crops });
    const { losses, state, gradientNames } = gradientsOf(1, 'running');
    await thread.load('halves', encodeOnnx(await buildCpuGradientsGraph(losses, thread)));
    await thread.writeState(state);
    // what an earlier step left behind must not count: the first call does not add
    await thread.run('halves', { crops: part(crops, half, half) });
    const first = await thread.run('halves', { crops: part(crops, 0, half) });
    const second = await thread.run('halves', { crops: part(crops, half, half) }, { added: gradientNames });
    for (const name of lossNames) {
      const mean = (Number(first[name]!.data[0]) + Number(second[name]!.data[0])) / 2;
      expect(mean, name).toBeGreaterThan(0);
      expect(Math.abs(mean / Number(expected[name]!.data[0]) - 1), name).toBeLessThan(1e-5);
    }
    const sums = await thread.readState(gradientNames);
    const norm = (values: number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    const total = norm(gradientNames.map((name) => norm(Array.from(expected[`next.${name}`]!.data, Number))));
    for (const name of gradientNames) {
      const reference = Array.from(expected[`next.${name}`]!.data, Number);
      const difference = reference.map((value, index) => value - Number(sums[name]!.data[index]) / 2);
      expect(norm(difference) / Math.max(norm(reference), 1e-6 * total), name).toBeLessThan(1e-3);
    }
  });

  test('gives the same bits where its outputs become the state of a thread, sums of gradients and running statistics', async () => {
    const { losses, state, gradientNames } = gradientsOf(1, 'batch');
    const run = await compileGradients(losses);
    await thread.load('batch', encodeOnnx(await buildCpuGradientsGraph(losses, thread)));
    await thread.writeState(state);
    const copied = { ...state };
    const untouched = structuredClone(state);
    const isGradient = new Set(gradientNames);
    for (const added of [[], gradientNames, gradientNames]) {
      const feeds = { crops: pixels(1) };
      const results = await run({ ...copied, ...feeds });
      for (const [output, tensor] of Object.entries(results)) {
        if (!output.startsWith('next.')) continue;
        const name = output.slice(5);
        copied[name] = isGradient.has(name) && added.length > 0 ? sum(copied[name]!, tensor) : tensor;
      }
      const found = await thread.run('batch', feeds, { added });
      for (const name of lossNames) expect(found[name]).toEqual(results[name]);
    }
    const inPlace = await thread.readState(Object.keys(copied));
    const differing = (a: Record<string, TensorData>, b: Record<string, TensorData>) =>
      Object.keys(a).filter((name) => !bytes(a[name]!).equals(bytes(b[name]!)));
    expect(differing(copied, inPlace)).toEqual([]);
    expect(differing(untouched, state), 'ONNX Runtime writes over what it is fed').toEqual([]);
    const moved = Object.keys(state).filter((name) => name.includes('.running_'));
    expect(moved.length).toBeGreaterThan(0);
    expect(differing(state, copied)).toEqual(moved);
  });

  test('adds ranking across photographs, weighted, where it is asked for', async () => {
    const margins = { marginConsistency: 0.0025, marginRank: 0.0675 };
    const build = (lossAcross: number) =>
      buildLossGraph({ backbone: tiny, head: headOf(prompts) }, { photographs: 2, levels }, side, { ...margins, lossAcross });
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
