/** Time of our step on a device by part, from ONNX Runtime's profile: kernels, the time of each, and the transfer of crops. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { cropCount } from '#antonym/losses/levels.js';
import { chooseDevice } from '#antonym/runtime/devices/choose-device.js';
import type { DeviceSetup } from '#antonym/runtime/devices/device.js';
import { openCaptured } from '#antonym/runtime/models/captured-model.js';
import { OnnxSession } from '#antonym/runtime/onnxruntime/session.js';
import type { TensorType } from '#antonym/runtime/onnxruntime/tensors.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { DeviceState } from '#antonym/runtime/state/device-state.js';
import { elementCount } from '#antonym/tensors/tensor-data.js';
import { engineOptions } from '#antonym/train/engines/create-engine.js';
import { buildDeviceGradientsGraph } from '#antonym/train/engines/device-gradients-graph.js';
import { buildDeviceUpdateGraphs } from '#antonym/train/engines/device-update.js';
import { buildLossGraph, trainedSpecs } from '#antonym/train/graphs/gradients-graph.js';
import { filledInputs } from './filled-inputs.js';
import { median } from './measure.js';
import { type SetupFlags, setupOf } from './own-setup.js';

export interface DeviceProfile {
  /** In a step: AdamW's too. */
  readonly kernels: number;
  /** Sum of the time that they take on the device. */
  readonly kernelMilliseconds: number;
  /** Upload of the crops of a step, with one number that comes back. */
  readonly uploadMilliseconds: number;
  /** Processor time to launch the kernels of the gradients, and to have their recording replayed. */
  readonly launchMilliseconds: number;
  readonly replayMilliseconds: number;
  /** Milliseconds by ONNX Runtime's operators, the longest first. */
  readonly operators: Readonly<Record<string, number>>;
}

const calls = 3;

/** Profiles in a process of its own. @throws Error with what it has said last. */
export async function profileOnDevice(flags: SetupFlags): Promise<DeviceProfile> {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(flags)], {
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(stdout) as DeviceProfile;
}

async function profile(flags: SetupFlags): Promise<DeviceProfile> {
  const training = await setupOf(flags);
  const { batchSize, levels, crop, tf32, precision } = training.options;
  const setup = await chooseDevice({ ...training.options, tf32: tf32 === 'on' });
  const { device } = setup;
  if (device === 'cpu') throw new Error('the processor is profiled by step-profile.ts');
  const losses = buildLossGraph(training.model, { photographs: batchSize, levels }, crop, training.options);
  const graphs = [buildDeviceGradientsGraph(losses, { device, precision })];
  const { optimizer } = await engineOptions(training);
  const { norm, update } = buildDeviceUpdateGraphs(trainedSpecs(losses.parameters), optimizer);
  graphs.push(norm, update);
  const kernels: KernelTime[] = [];
  for (const graph of graphs) kernels.push(...(await kernelTimes(graph, setup)));
  const operators = new Map<string, number>();
  for (const { operator, milliseconds } of kernels) operators.set(operator, (operators.get(operator) ?? 0) + milliseconds);
  return {
    kernels: kernels.length,
    kernelMilliseconds: kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    uploadMilliseconds: await uploadMilliseconds([cropCount({ photographs: batchSize, levels }), crop, crop, 3], setup),
    launchMilliseconds: launchMilliseconds(graphs[0]!, setup, false),
    replayMilliseconds: launchMilliseconds(graphs[0]!, setup, true),
    operators: Object.fromEntries([...operators].sort(([, a], [, b]) => b - a)),
  };
}

interface KernelTime {
  readonly operator: string;
  readonly milliseconds: number;
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

/** Time of the last of a few calls: shaders are compiled in the first. */
async function kernelTimes(graph: Graph, setup: DeviceSetup): Promise<KernelTime[]> {
  const folder = await mkdtemp(join(tmpdir(), 'antonym-profile-'));
  try {
    const session = OnnxSession.open(encodeOnnx(graph), { ...setup, profile: join(folder, 'step') });
    // what the numbers are takes no time, as long as they are some
    const feeds = filledInputs(graph, (dataType) => (dataType === 'uint8' ? 128 : 0.01));
    const outputs = Object.fromEntries(session.signature.outputs.map(({ name }) => [name, undefined]));
    for (let call = 0; call < calls; call++) session.run(feeds, outputs);
    const file = session.endProfile();
    session.release();
    return readKernels(JSON.parse(await readFile(file, 'utf8')) as ProfileEvent[]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** WebGPU writes an event for each kernel, by the device's own clock, named `node&operator&program`; CUDA one for each node, by the processor's. */
function readKernels(events: readonly ProfileEvent[]): KernelTime[] {
  const onDevice = events.filter(({ cat }) => cat === 'Api');
  const nodes = events.filter(
    ({ cat, name, args }) => cat === 'Node' && name.endsWith('_kernel_time') && args?.provider?.startsWith('CUDA'),
  );
  const chosen = onDevice.length > 0 ? onDevice : nodes;
  // every call runs the same kernels
  return chosen.slice((chosen.length / calls) * (calls - 1)).map(({ name, dur, args }) => ({
    operator: args?.op_name ?? name.split('&')[1] ?? name,
    milliseconds: dur / 1000,
  }));
}

/** Until a call returns, with all that it reads and writes on the device: what the device takes is waited for in between. */
function launchMilliseconds(graph: Graph, setup: DeviceSetup, isCaptured: boolean): number {
  const { device } = setup;
  if (device === 'cpu') throw new Error('the processor launches nothing');
  const settings = { ...setup, device };
  const state = new DeviceState(settings);
  const session = isCaptured ? openCaptured(encodeOnnx(graph), settings) : OnnxSession.open(encodeOnnx(graph), settings);
  const filled = filledInputs(graph, (dataType) => (dataType === 'uint8' ? 128 : 0.01));
  const inputs = Object.fromEntries(Object.entries(filled).map(([name, tensor]) => [name, state.carry(tensor, state.place(tensor))]));
  const places = session.signature.outputs.map((output) => [output.name, state.place(output as TensorType)] as const);
  const times: number[] = [];
  for (let call = 0; call < 1 + calls; call++) {
    const started = performance.now();
    session.run(inputs, Object.fromEntries(places));
    times.push(performance.now() - started);
    state.download([places[0]![1]]);
  }
  return median(times.slice(1));
}

async function uploadMilliseconds(shape: readonly number[], setup: DeviceSetup): Promise<number> {
  const graph = new Graph();
  const values = graph.add('Cast', [graph.input('crops', 'uint8', shape)], { to: 1 });
  graph.output('largest', graph.add('ReduceMax', [values], { keepdims: 0 }));
  const thread = new SessionThread(setup);
  try {
    await thread.load('upload', encodeOnnx(graph));
    const feeds = { crops: { dataType: 'uint8', shape, data: new Uint8Array(elementCount(shape)) } } as const;
    const times: number[] = [];
    for (let call = 0; call < 1 + calls; call++) {
      const started = performance.now();
      await thread.run('upload', feeds);
      times.push(performance.now() - started);
    }
    return median(times.slice(1));
  } finally {
    await thread.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(JSON.stringify(await profile(JSON.parse(process.argv[2]!))));
}
