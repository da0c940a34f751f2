import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encoderPrefix } from '#antonym/backbones/backbone.js';
import { mlpHead } from '#antonym/heads/mlp-head.js';
import { alone, partsOf } from '#antonym/peers/peers.js';
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
import { ratedParts } from '#antonym/train/opinion/rated-parts.js';
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
const engineOptions = (parts = 1) =>
  optionsFor(backbone, {
    model,
    layout: { photographs: crops / parts, levels: 0 },
    opinionLoss: 'correlation',
    wholeUpdate: crops,
    accumulate: parts,
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

/** Steps whose losses are PyTorch's. @param parts in which the images of an update are computed */
async function trainSteps(own: Engine, steps: number, parts: number): Promise<void> {
  const count = crops / parts;
  for (let step = 0; step < steps; step++) {
    let taken = 0;
    const take = async () => {
      const [first, end] = [count * taken, count * ++taken];
      const bytes = side * side * 3;
      return { pixels: (pixels.data as Uint8Array<ArrayBuffer>).slice(first * bytes, end * bytes), opinions: opinions.slice(first, end) };
    };
    const batches = await ratedParts(alone, own, partsOf(alone, parts), take);
    expect(batches).toHaveLength(parts);
    for (const [part, batch] of batches.entries()) {
      const { loss } = await own.accumulate(batch.pixels, part, parts, batch.rated);
      expect(loss).toBeCloseTo(numbers(golden.get(`loss.${step}`))[0]!, 5);
    }
    await own.update({ step: step + 1, learningRate: 1e-3 });
  }
}

async function expectPyTorchsWeights(own: Engine): Promise<void> {
  const state = await own.readState();
  for (const name of trained) expect(distance(numbers(state[name]), numbers(golden.get(`after.${name}`))), name).toBeLessThan(1e-6);
}

test("ten updates are PyTorch's, and the exported weights hold the changes", async () => {
  await trainSteps(engine, 10, 1);
  await expectPyTorchsWeights(engine);
  const state = await engine.readState();
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

test.each([2, 3])('an update in %i parts is that of all its images: losses that compare them see those of other parts', async (parts) => {
  const other = await openOnnxRuntimeEngine(engineOptions(parts));
  try {
    await trainSteps(other, 10, parts);
    await expectPyTorchsWeights(other);
  } finally {
    await other.close();
  }
});

test.each([1, 2])("losses by TensorFlow.js are PyTorch's, before updates and after, in %i parts", async (parts) => {
  const other = await createTensorFlowEngine(engineOptions(parts));
  try {
    await trainSteps(other, 3, parts);
  } finally {
    await other.close();
  }
});
