/** Proof of a CLIP at published size against PyTorch: texts, a training step, ten updates by AdamW, and exported scores. */
import { join } from 'node:path';
import { findBackbone } from '#antonym/backbones/registry.js';
import { layOut } from '#antonym/backbones/weights/lay-out.js';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import { readBackbone } from '#antonym/backbones/weights/read-backbone.js';
import { readParameters } from '#antonym/backbones/weights/read-parameters.js';
import { openSafetensorsSource } from '#antonym/backbones/weights/safetensors-source.js';
import { promptsName } from '#antonym/heads/prompt-head.js';
import { encodePrompts } from '#antonym/prompts/encode-prompts.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { gradientName, initialMoments, updatedTensors } from '#antonym/train/graphs/state.js';
import { distance, type Finding, worst } from './proof-finding.js';
import { proveExport } from './prove-export.js';
import { proveStep } from './prove-step.js';

/** The optimizer of bench/python/clip_proof.py. */
const optimizer = {
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
  gradientScale: 1,
  averageShare: 0,
};
const updates = 10;

/** @param folder what bench/python/clip_proof.py wrote */
export async function proveClip(name: string, folder: string): Promise<readonly Finding[]> {
  return [...(await proveTraining(name, folder)), await proveScores(name, folder)];
}

async function proveTraining(name: string, folder: string): Promise<Finding[]> {
  const backbone = findBackbone(name);
  const expected = await openSafetensorsSource(join(folder, 'expected.safetensors'));
  const weights = layOut(await openWeights(join(folder, 'weights.pth')), backbone.reader);
  const thread = new SessionThread();
  const read = (tensor: string): Promise<TensorData> => expected.read(tensor);
  try {
    const findings: Finding[] = [];
    const tokens = toIds(await read('tokens'));
    const isText = (tensor: string): boolean => !tensor.startsWith('visual.') && tensor !== 'logit_scale';
    const prompts = await encodePrompts(tokens, backbone, (specs) =>
      readParameters(weights, { specs: [...specs], belongs: isText }, `the text encoder of ${name}`),
    );
    findings.push({ what: 'text features', error: distance(prompts, unit(await read('text'))), limit: 1e-4 });

    await thread.writeState({ ...(await readBackbone(weights, backbone)), [promptsName]: prompts });
    const gradientOf = (parameter: string): Promise<TensorData> => read(`gradient.${parameter}`);
    const step = await proveStep(backbone, thread, expected, gradientOf, prompts);
    findings.push(...step.findings);
    const { trained } = step;

    await thread.writeState(initialMoments(trained));
    for (let step = 1; step <= updates; step++) {
      for (const { name: parameter } of trained) {
        const gradient = await read(`gradient.${parameter}`);
        const scaled = (gradient.data as Float32Array).map((value) => value * (1 - (step - 1) / 16));
        await thread.writeState({ [gradientName(parameter)]: { ...gradient, data: scaled } });
      }
      await thread.update({ ...optimizer, parameters: updatedTensors(trained), averages: [], step });
    }
    const updated = await worst(
      trained.map(({ name: parameter }) => parameter),
      async (parameter) => distance((await thread.readState([parameter]))[parameter]!, await read(`adamw.${parameter}`)),
    );
    findings.push({ what: `parameters after ${updates} updates`, ...updated, limit: 1e-6 });
    return findings;
  } finally {
    await thread.close();
    await weights.close();
    await expected.close();
  }
}

async function proveScores(name: string, folder: string): Promise<Finding> {
  const expected = await openSafetensorsSource(join(folder, 'expected.safetensors'));
  try {
    const { error, sizes } = await proveExport(name, folder, expected);
    return { what: 'scores of the exported file', error, limit: 1e-4, where: `images of ${sizes.join(', ')}` };
  } finally {
    await expected.close();
  }
}

/** Rows of length 1. */
function unit({ shape, data }: TensorData): TensorData {
  const size = shape[1]!;
  const rows = Array.from({ length: shape[0]! }, (_, row) => (data as Float32Array).subarray(row * size, (row + 1) * size));
  return floatTensor(shape, Float32Array.from(rows.flatMap((row) => Array.from(row, (value) => value / Math.hypot(...row)))));
}

function toIds({ shape, data }: TensorData): TensorData {
  return { dataType: 'int64', shape, data: BigInt64Array.from(Array.from(data as Float32Array, BigInt)) };
}
