/** Proof that our graphs compute what PyTorch computes, at published size: features, losses, every gradient, AdamW, and exported scores. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { normalizePixels } from '#antonym/backbones/normalize-pixels.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { layOut } from '#antonym/backbones/weights/lay-out.js';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import { readBackbone } from '#antonym/backbones/weights/read-backbone.js';
import { readParameters } from '#antonym/backbones/weights/read-parameters.js';
import { openSafetensorsSource } from '#antonym/backbones/weights/safetensors-source.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { promptHead, promptsName } from '#antonym/heads/prompt-head.js';
import { encodePrompts } from '#antonym/prompts/encode-prompts.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { UserError } from '#antonym/support/errors.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { buildCpuGradientsGraph } from '#antonym/train/engines/cpu-gradients-graph.js';
import { buildLossGraph, lossNames, trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { gradientName, initialMoments, updatedTensors } from '#antonym/train/graphs/state.js';
import { proveExport } from './prove-export.js';

interface Flags {
  readonly backbone: string;
  readonly folder?: string;
  readonly json?: true;
}

interface Finding {
  readonly what: string;
  /** Relative to the norm of what is expected; of scores, absolute. */
  readonly error: number;
  readonly limit: number;
  /** The one of several tensors with this error, or the scored image. */
  readonly where?: string;
}

/** The layout and the optimizer of bench/python/clip_proof.py. */
const layout = { photographs: 1, levels: 2 };
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

export async function benchProve({ backbone: name, folder: given, json }: Flags): Promise<void> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'antonym-proof-')));
  try {
    if (given === undefined) await runPytorch(name, folder);
    const findings = [...(await prove(name, folder)), await proveScores(name, folder)];
    if (json) process.stdout.write(`${JSON.stringify({ backbone: name, findings })}\n`);
    else for (const finding of findings) process.stdout.write(`${describe(finding)}\n`);
    if (findings.some(({ error, limit }) => !(error <= limit))) process.exitCode = 1;
  } finally {
    if (given === undefined) await rm(folder, { recursive: true });
  }
}

async function runPytorch(backbone: string, folder: string): Promise<void> {
  const script = fileURLToPath(new URL('../../bench/python/clip_proof.py', import.meta.url));
  process.stderr.write('PyTorch computes what is expected: a minute or two\n');
  // a python3 of one's own may be the first on the path, but have no PyTorch
  const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import torch']).status === 0);
  if (python === undefined) throw new UserError('bench/python/clip_proof.py needs python3 with PyTorch (Debian: python3-torch)');
  const child = spawn(python, [script, '--backbone', backbone, '--folder', folder], { stdio: ['ignore', 2, 2] });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new UserError('bench/python/clip_proof.py failed');
}

async function prove(name: string, folder: string): Promise<Finding[]> {
  const backbone = findBackbone(name);
  const expected = await openSafetensorsSource(join(folder, 'expected.safetensors'));
  const weights = layOut(await openWeights(join(folder, 'weights.pth')), backbone.reader);
  const thread = new SessionThread();
  const read = (tensor: string): Promise<TensorData> => expected.read(tensor);
  const readNumber = async (tensor: string): Promise<number> => Number((await read(tensor)).data[0]);
  try {
    const findings: Finding[] = [];
    const crops = toBytes(await read('crops'));
    const tokens = toIds(await read('tokens'));
    const isText = (tensor: string): boolean => !tensor.startsWith('visual.') && tensor !== 'logit_scale';
    const prompts = await encodePrompts(tokens, backbone, (specs) =>
      readParameters(weights, { specs: [...specs], belongs: isText }, `the text encoder of ${name}`),
    );
    findings.push({ what: 'text features', error: distance(prompts, unit(await read('text'))), limit: 1e-4 });

    await thread.writeState({ ...(await readBackbone(weights, backbone)), [promptsName]: prompts });
    const features = new Graph();
    const pixels = normalizePixels(features, features.input('crops', 'uint8', crops.shape), backbone);
    const parameters = new Parameters(features, 'inputs');
    features.output('image', backbone.embed({ graph: features, parameters, normalization: 'running' }, pixels));
    await thread.load('features', encodeOnnx(features));
    const { image } = await thread.run('features', { crops });
    findings.push({ what: 'image features', error: distance(image!, await read('image')), limit: 1e-4 });

    const margins = { marginConsistency: await readNumber('margin_consistency'), marginRank: await readNumber('margin_rank') };
    const losses = buildLossGraph(
      { backbone, head: promptHead({ features: prompts, description: 'of the proof' }) },
      layout,
      crops.shape[1]!,
      margins,
    );
    const trained = trainedSpecs(losses.parameters);
    await thread.load('gradients', encodeOnnx(await buildCpuGradientsGraph(losses, thread)));
    const results = await thread.run('gradients', { crops });
    for (const loss of lossNames) {
      const error = Math.abs(Number(results[loss]!.data[0]) / (await readNumber(`loss.${loss}`)) - 1);
      findings.push({ what: `loss: ${loss}`, error, limit: 1e-4 });
    }
    // at least a millionth of the whole gradient: what is far smaller is noise in float32
    const norms = await Promise.all(trained.map(async (spec) => norm(await read(`gradient.${spec.name}`))));
    const total = Math.hypot(...norms);
    const gradients = await worst(trained, async (parameter) => {
      const state = await thread.readState([gradientName(parameter)]);
      const reference = await read(`gradient.${parameter}`);
      return difference(state[gradientName(parameter)]!, reference) / Math.max(norm(reference), 1e-6 * total);
    });
    findings.push({ what: `gradients of ${trained.length} parameters`, ...gradients, limit: 1e-3 });

    await thread.writeState(initialMoments(trained));
    for (let step = 1; step <= updates; step++) {
      for (const { name: parameter } of trained) {
        const gradient = await read(`gradient.${parameter}`);
        const scaled = (gradient.data as Float32Array).map((value) => value * (1 - (step - 1) / 16));
        await thread.writeState({ [gradientName(parameter)]: { ...gradient, data: scaled } });
      }
      await thread.update({ ...optimizer, parameters: updatedTensors(trained), averages: [], step });
    }
    const updated = await worst(trained, async (parameter) =>
      distance((await thread.readState([parameter]))[parameter]!, await read(`adamw.${parameter}`)),
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

async function worst(
  specs: readonly { name: string }[],
  measure: (name: string) => Promise<number>,
): Promise<{ error: number; where: string }> {
  let found = { error: -1, where: '' };
  for (const { name } of specs) {
    const error = await measure(name);
    if (!(error <= found.error)) found = { error, where: `worst: ${name}` };
  }
  return found;
}

function describe({ what, error, limit, where }: Finding): string {
  const verdict = error <= limit ? 'ok' : 'TOO LARGE';
  return `${what.padEnd(34)} ${error.toExponential(1)} of at most ${limit.toExponential(0)}  ${verdict}${where ? `  (${where})` : ''}`;
}

function norm({ data }: TensorData): number {
  return Math.sqrt((data as Float32Array).reduce((sum, value) => sum + value ** 2, 0));
}

function difference(found: TensorData, expected: TensorData): number {
  const [a, b] = [found.data as Float32Array, expected.data as Float32Array];
  return Math.sqrt(a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0));
}

function distance(found: TensorData, expected: TensorData): number {
  return difference(found, expected) / norm(expected);
}

/** Rows of length 1. */
function unit({ shape, data }: TensorData): TensorData {
  const size = shape[1]!;
  const rows = Array.from({ length: shape[0]! }, (_, row) => (data as Float32Array).subarray(row * size, (row + 1) * size));
  return floatTensor(shape, Float32Array.from(rows.flatMap((row) => Array.from(row, (value) => value / Math.hypot(...row)))));
}

function toBytes({ shape, data }: TensorData): TensorData {
  return { dataType: 'uint8', shape, data: Uint8Array.from(data as Float32Array) };
}

function toIds({ shape, data }: TensorData): TensorData {
  return { dataType: 'int64', shape, data: BigInt64Array.from(Array.from(data as Float32Array, BigInt)) };
}
