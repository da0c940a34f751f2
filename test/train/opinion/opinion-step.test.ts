import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encoderPrefix } from '#antonym/backbones/backbone.js';
import { mlpHead } from '#antonym/heads/mlp-head.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import { floatTensor, type NamedTensors, type TensorData } from '#antonym/tensors/tensor-data.js';
import type { Engine } from '#antonym/train/engines/engine.js';
import { openMeasuredModel } from '#antonym/train/engines/measured-model.js';
import { openOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { createTensorFlowEngine } from '#antonym/train/engines/tensorflow.js';
import { trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { buildOpinionLossGraph } from '#antonym/train/graphs/opinion-graph.js';
import { gradientName, scoringTensors } from '#antonym/train/graphs/state.js';
import { mergeLowRank } from '#antonym/train/low-rank.js';
import { distance, gradientError, norm, numbers, statedPixels } from '../../backbones/golden/golden-step.js';
import { stated } from '../../backbones/golden/stated-values.js';
import { statedWeight } from '../../backbones/golden/stated-weights.js';
import { compileGradients } from '../engines/compile-gradients.js';
import { optionsFor, reducedModels, side } from '../engines/reduced-models.js';

const [crops, lowRank] = [6, { rank: 2, alpha: 4 }];
const head = mlpHead(12, { activation: 'gated', gamma: false, target: 'opinion', hidden: 6 });
const backbone = { ...reducedModels['clip-vit']!, isFrozen: (name: string) => name.startsWith(encoderPrefix) };
const model = { backbone, head, lowRank };
const losses = buildOpinionLossGraph(model, crops, side, 'correlation');
const parameters = (): NamedTensors =>
  Object.fromEntries([...losses.parameters.specs.values()].map((spec) => [spec.name, statedWeight(spec)]));
const pixels = statedPixels('rated', crops, side, side);
const opinions = Float32Array.from(stated('opinions', crops));
const trained = trainedSpecs(losses.parameters).map(({ name }) => name);

let golden: ReadonlyMap<string, TensorData>;
let engine: Engine;
const engineOptions = () =>
  optionsFor(backbone, {
    model,
    layout: { photographs: crops, levels: 0 },
    opinionLoss: 'correlation',
    averageDecay: 0,
    parameters: parameters(),
  });

beforeAll(async () => {
  golden = (await readSafetensors(fileURLToPath(new URL('../golden/opinion_step.safetensors', import.meta.url)))).tensors;
  engine = await openOnnxRuntimeEngine(engineOptions());
});

afterAll(() => engine.close());

test("predictions and every gradient of head and changes of low rank are PyTorch's; nothing else is trained", async () => {
  expect([...golden.keys()].filter((name) => name.startsWith('gradient.')).sort()).toEqual(
    trained.map((name) => `gradient.${name}`).sort(),
  );
  const measured = await engine.measure(pixels.data as Uint8Array, crops);
  expect(distance(Array.from(measured), numbers(golden.get('predicted')))).toBeLessThan(1e-5);
  const found = await (await compileGradients(losses))({ ...parameters(), crops: pixels, opinions: floatTensor([crops], opinions) });
  const total = norm(trained.map((name) => norm(numbers(golden.get(`gradient.${name}`)))));
  for (const name of trained) {
    const [own, expected] = [numbers(found[`next.${gradientName(name)}`]), numbers(golden.get(`gradient.${name}`))];
    expect(gradientError(own, expected, total), name).toBeLessThan(1e-3);
  }
});

test("ten updates are PyTorch's, and the exported weights hold the changes", async () => {
  for (let step = 0; step < 10; step++) {
    const { loss } = await engine.accumulate(pixels.data as Uint8Array, 0, 1, opinions.slice());
    expect(loss).toBeCloseTo(numbers(golden.get(`loss.${step}`))[0]!, 5);
    await engine.update({ step: step + 1, learningRate: 1e-3 });
  }
  const state = await engine.readState();
  for (const name of trained) expect(distance(numbers(state[name]), numbers(golden.get(`after.${name}`))), name).toBeLessThan(1e-6);
  const merged = mergeLowRank(scoringTensors(Object.entries(state)), lowRank);
  expect(Object.keys(merged).some((name) => name.startsWith('lora.'))).toBe(false);
  const exported = await openMeasuredModel({ backbone, head }, side, merged);
  try {
    const expected = await engine.measure(pixels.data as Uint8Array, crops);
    expect(distance(Array.from(await exported.measure(pixels.data as Uint8Array, crops)), Array.from(expected))).toBeLessThan(1e-5);
  } finally {
    await exported.close();
  }
});

test("losses by TensorFlow.js are PyTorch's, before updates and after", async () => {
  const other = await createTensorFlowEngine(engineOptions());
  try {
    for (let step = 0; step < 3; step++) {
      const { loss } = await other.accumulate(pixels.data as Uint8Array, 0, 1, opinions.slice());
      expect(loss).toBeCloseTo(numbers(golden.get(`loss.${step}`))[0]!, 5);
      await other.update({ step: step + 1, learningRate: 1e-3 });
    }
  } finally {
    await other.close();
  }
});
