/**
 * The thread that owns ONNX Runtime sessions: `run()` blocks its thread for the whole call, so it must not be the one that draws
 * progress and answers signals. Tensors of the state stay here between calls.
 */
import { availableParallelism } from 'node:os';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { messageOf } from '../support/errors.js';
import type { AdamWUpdate } from './adamw.js';
import { answerRequests } from './answer-requests.js';
import { explainDeviceError, requireDevice } from './device.js';
import { GpuState } from './gpu-state.js';
import { PlacedSession } from './node-placement.js';
import {
  type ModelSignature,
  type ModelSource,
  type NamedTensors,
  nextPrefix,
  type SessionReply,
  type SessionRequest,
  transferable,
} from './session-messages.js';
import { sessionOptions } from './session-options.js';
import { fromOrt, ProcessorState, type SessionState, toOrt } from './session-state.js';
import type { DataType, TensorData } from './tensor-data.js';
import { UpdateThreads } from './update-threads.js';

const sessions = new Map<string, PlacedSession>();
/** On the GPU from the first model on that is computed there. */
let state: SessionState = new ProcessorState();
let updateThreads: UpdateThreads | undefined;

answerRequests(answer, (reply) => (reply && !('inputs' in reply || 'onProcessor' in reply) ? transferable(reply as NamedTensors) : []));

async function answer(request: SessionRequest): Promise<SessionReply> {
  switch (request.kind) {
    case 'load':
      return load(request.model, request);
    case 'run':
      return run(request);
    case 'placement':
      return loaded(request.model).placement;
    case 'update':
      return update(request.update, request.threads);
    case 'write-state':
      for (const [name, tensor] of Object.entries(request.tensors)) await state.write(name, tensor);
      return undefined;
    case 'read-state':
      return readState(request.names ?? [...state.names]);
    case 'delete-state':
      for (const name of request.names) state.delete(name);
      return undefined;
  }
}

async function load(model: string, { source, threads, device, stateOutputs }: ModelSource): Promise<ModelSignature> {
  await requireDevice(device);
  await sessions.get(model)?.release();
  const options = sessionOptions(threads, device);
  const located = device === 'webgpu' && stateOutputs.length > 0 ? { preferredOutputLocation: onGpu(stateOutputs) } : {};
  const create = (own: InferenceSession.SessionOptions): Promise<InferenceSession> =>
    typeof source === 'string' ? InferenceSession.create(source, own) : InferenceSession.create(source, own);
  try {
    const placed = await PlacedSession.create(create, device, { ...options, ...located });
    sessions.set(model, placed);
    if (device === 'webgpu' && state instanceof ProcessorState) state = await GpuState.create(options);
    const { inputMetadata, outputMetadata } = placed.session;
    return { inputs: inputMetadata.map(describe), outputs: outputMetadata.map(describe) };
  } catch (error) {
    throw explainDeviceError(device, error instanceof Error ? error : new Error(messageOf(error)));
  }
}

function onGpu(names: readonly string[]): Record<string, 'gpu-buffer'> {
  return Object.fromEntries(names.map((name) => [name, 'gpu-buffer']));
}

function loaded(model: string): PlacedSession {
  const found = sessions.get(model);
  if (!found) throw new Error(`no model ${model} is loaded`);
  return found;
}

function describe(value: InferenceSession.ValueMetadata): ModelSignature['inputs'][number] {
  if (!value.isTensor) throw new Error(`${value.name} is not a tensor`);
  return { name: value.name, dataType: value.type as DataType, shape: value.shape };
}

type RunRequest = Extract<SessionRequest, { kind: 'run' }>;

/** Inputs that are not fed come from the state; outputs named `next.<name>` become the state tensor <name>, or are added to it. */
async function run({ model, feeds, outputs, added = [], onlyIfFinite }: RunRequest): Promise<NamedTensors> {
  const placed = loaded(model);
  const { session } = placed;
  const inputs: Record<string, Tensor> = {};
  for (const name of session.inputNames) {
    const tensor = feeds[name] ? toOrt(feeds[name]) : state.tensor(name);
    if (!tensor) throw new Error(`the model ${model} needs the input ${name}`);
    inputs[name] = tensor;
  }
  const wanted = outputs ?? session.outputNames;
  for (const name of wanted) if (!session.outputNames.includes(name)) throw new Error(`the model ${model} has no output ${name}`);
  const results = await placed.run(inputs, wanted);
  const takesState = onlyIfFinite === undefined || Number.isFinite(Number(results[onlyIfFinite]!.data[0]));
  const reply: Record<string, TensorData> = {};
  for (const [name, tensor] of Object.entries(results)) {
    const kept = name.startsWith(nextPrefix) ? name.slice(nextPrefix.length) : undefined;
    if (kept === undefined) reply[name] = fromOrt(tensor);
    else if (!takesState) tensor.dispose();
    else if (added.includes(kept)) await state.add(kept, tensor);
    else state.replace(kept, tensor);
  }
  return reply;
}

/** Gradients are of no use after it: their memory is free for the next step. */
async function update(step: AdamWUpdate, threads = availableParallelism()): Promise<NamedTensors> {
  const own = state;
  if (!(own instanceof ProcessorState)) throw new Error('the state lies on a device: a model updates it there');
  updateThreads ??= new UpdateThreads(threads);
  const norm = await updateThreads.update(step, own);
  for (const { gradient } of step.parameters) own.delete(gradient);
  return { norm: { dataType: 'float64', shape: [], data: Float64Array.of(norm) } };
}

async function readState(names: readonly string[]): Promise<NamedTensors> {
  const tensors: Record<string, TensorData> = {};
  for (const name of names) tensors[name] = await state.read(name);
  return tensors;
}
