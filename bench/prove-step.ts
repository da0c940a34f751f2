/** Proof of one training step's first half: features of crops, losses and the gradient of every parameter, beside stored ones. */
import type { Backbone } from '#antonym/backbones/backbone.js';
import { normalizePixels } from '#antonym/backbones/normalize-pixels.js';
import { type ParameterSpec, Parameters } from '#antonym/backbones/parameters.js';
import type { TensorSource } from '#antonym/backbones/weights/tensor-source.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { promptHead } from '#antonym/heads/prompt-head.js';
import type { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { buildCpuGradientsGraph } from '#antonym/train/engines/cpu-gradients-graph.js';
import { buildLossGraph, lossNames, trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { gradientName } from '#antonym/train/graphs/state.js';
import { difference, distance, type Finding, norm, worst } from './proof-finding.js';

/** The layout of bench/python/clip_proof.py and family_proof.py. */
const layout = { photographs: 1, levels: 2 };

export interface ProvenStep {
  readonly findings: readonly Finding[];
  readonly trained: readonly ParameterSpec[];
}

/**
 * @param thread holds the parameters as its state
 * @param expected `crops`, `image`, `margin_consistency`, `margin_rank`, `loss.<name>`
 * @param gradientOf reads the expected gradient of a parameter by our name
 * @param prompts unit features, [pairs, 2, embedding]
 */
export async function proveStep(
  backbone: Backbone,
  thread: SessionThread,
  expected: TensorSource,
  gradientOf: (parameter: string) => Promise<TensorData>,
  prompts: TensorData,
): Promise<ProvenStep> {
  const readNumber = async (tensor: string): Promise<number> => Number((await expected.read(tensor)).data[0]);
  const findings: Finding[] = [];
  const crops = toBytes(await expected.read('crops'));
  const features = new Graph();
  const pixels = normalizePixels(features, features.input('crops', 'uint8', crops.shape), backbone);
  const parameters = new Parameters(features, 'inputs');
  features.output('image', backbone.embed({ graph: features, parameters, normalization: 'running' }, pixels));
  await thread.load('features', encodeOnnx(features));
  const { image } = await thread.run('features', { crops });
  findings.push({ what: 'image features', error: distance(image!, await expected.read('image')), limit: 1e-4 });

  const margins = { marginConsistency: await readNumber('margin_consistency'), marginRank: await readNumber('margin_rank') };
  const head = promptHead({ features: prompts, description: 'of the proof' });
  const losses = buildLossGraph({ backbone, head }, layout, crops.shape[1]!, margins);
  const trained = trainedSpecs(losses.parameters);
  await thread.load('gradients', encodeOnnx(await buildCpuGradientsGraph(losses, thread)));
  const results = await thread.run('gradients', { crops });
  for (const loss of lossNames) {
    const error = Math.abs(Number(results[loss]!.data[0]) / (await readNumber(`loss.${loss}`)) - 1);
    findings.push({ what: `loss: ${loss}`, error, limit: 1e-4 });
  }
  // at least a millionth of the whole gradient: what is far smaller is noise in float32
  const names = trained.map(({ name }) => name);
  const total = Math.hypot(...(await Promise.all(names.map(async (name) => norm(await gradientOf(name))))));
  const gradients = await worst(names, async (parameter) => {
    const state = await thread.readState([gradientName(parameter)]);
    const reference = await gradientOf(parameter);
    return difference(state[gradientName(parameter)]!, reference) / Math.max(norm(reference), 1e-6 * total);
  });
  findings.push({ what: `gradients of ${trained.length} parameters`, ...gradients, limit: 1e-3 });
  return { findings, trained };
}

function toBytes({ shape, data }: TensorData): TensorData {
  return { dataType: 'uint8', shape, data: Uint8Array.from(data as Float32Array) };
}
