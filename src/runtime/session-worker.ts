/**
 * The thread that owns ONNX Runtime sessions: `run()` blocks its thread for the whole call, so it must not be the one that draws
 * progress and answers signals. Tensors of the state stay here between calls.
 */
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { messageOf } from '../support/errors.js';
import { type AdamWUpdate, updatedGroups, updateState } from './adamw.js';
import { answerRequests } from './answer-requests.js';
import { explainDeviceError, requireDevice } from './device.js';
import { hasDirectOutputs, runInto, withDirectOutputs } from './direct-outputs.js';
import { GpuState } from './gpu-state.js';
import { PlacedSession } from './node-placement.js';
import { emptyTensor, ProcessorState } from './processor-state.js';
import {
  type InputOrOutput,
  type ModelSignature,
  type ModelSource,
  type NamedTensors,
  nextPrefix,
  type SessionReply,
  type SessionRequest,
  transferable,
} from './session-messages.js';
import { sessionOptions } from './session-options.js';
import { fromOrt, type SessionState, toOrt } from './session-state.js';
import type { DataType, TensorData } from './tensor-data.js';

interface LoadedModel {
  readonly placed: PlacedSession;
  readonly signature: ModelSignature;
}

const sessions = new Map<string, LoadedModel>();
/** On the GPU from the first model on that is computed there. */
let state: SessionState = new ProcessorState();

answerRequests(answer, (reply) => (reply && !('inputs' in reply || 'onProcessor' in reply) ? transferable(reply as NamedTensors) : []));

async function answer(request: SessionRequest): Promise<SessionReply> {
  switch (request.kind) {
    case 'load':
      return load(request.model, request);
    case 'run':
      return run(request);
    case 'placement':
      return loaded(request.model).placed.placement;
    case 'prepare-update':
      updatedState().gather(updatedGroups(request.names), Math.min(request.batches, 2));
      return undefined;
    case 'update':
      return update(request.update);
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
  await sessions.get(model)?.placed.release();
  const options = sessionOptions(threads, device);
  const located = device === 'webgpu' && stateOutputs.length > 0 ? { preferredOutputLocation: onGpu(stateOutputs) } : {};
  // on other devices values are copied where they lie, or to the processor
  const direct = device === 'cpu' && stateOutputs.length > 0 && typeof source !== 'string' ? withDirectOutputs(source) : source;
  const create = (own: InferenceSession.SessionOptions): Promise<InferenceSession> =>
    typeof direct === 'string' ? InferenceSession.create(direct, own) : InferenceSession.create(direct, own);
  try {
    const placed = await PlacedSession.create(create, device, { ...options, ...located });
    if (device === 'webgpu' && state instanceof ProcessorState) state = await GpuState.create(options);
    const { inputMetadata, outputMetadata } = placed.session;
    const outputs = hasDirectOutputs(placed.session) ? outputMetadata.slice(1) : outputMetadata;
    const signature = { inputs: inputMetadata.map(describe), outputs: outputs.map(describe) };
    sessions.set(model, { placed, signature });
    return signature;
  } catch (error) {
    throw explainDeviceError(device, error instanceof Error ? error : new Error(messageOf(error)));
  }
}

function onGpu(names: readonly string[]): Record<string, 'gpu-buffer'> {
  return Object.fromEntries(names.map((name) => [name, 'gpu-buffer']));
}

function loaded(model: string): LoadedModel {
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
  const { placed, signature } = loaded(model);
  const { session } = placed;
  const inputs: Record<string, Tensor> = {};
  for (const name of session.inputNames) {
    const tensor = feeds[name] ? toOrt(feeds[name]) : state.tensor(name);
    if (!tensor) throw new Error(`the model ${model} needs the input ${name}`);
    inputs[name] = tensor;
  }
  const wanted =
    outputs?.map((name) => signature.outputs.find((output) => output.name === name) ?? missing(model, name)) ?? signature.outputs;
  const results = await compute(placed, inputs, wanted);
  const takesState = onlyIfFinite === undefined || Number.isFinite(Number(results[onlyIfFinite]!.data[0]));
  const reply: Record<string, TensorData> = {};
  for (const [name, tensor] of Object.entries(results)) {
    const kept = stateName(name);
    if (kept === undefined) reply[name] = fromOrt(tensor);
    else if (!takesState) tensor.dispose();
    else if (added.includes(kept)) await state.add(kept, tensor);
    else state.replace(kept, tensor);
  }
  return reply;
}

function missing(model: string, output: string): never {
  throw new Error(`the model ${model} has no output ${output}`);
}

/** On the processor, into memory of the state, where it is known how large the outputs are. */
async function compute(
  placed: PlacedSession,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: readonly InputOrOutput[],
): Promise<Readonly<Record<string, Tensor>>> {
  const own = state;
  const isKnown = ({ shape }: InputOrOutput): boolean => shape.every((size) => typeof size === 'number');
  if (!hasDirectOutputs(placed.session) || !(own instanceof ProcessorState) || !outputs.every(isKnown)) {
    return placed.run(
      inputs,
      outputs.map(({ name }) => name),
    );
  }
  const placeOf = ({ name, dataType, shape }: InputOrOutput): Tensor => {
    const kept = stateName(name);
    return kept === undefined ? emptyTensor(dataType, shape as number[]) : own.place(kept, dataType, shape as number[]);
  };
  const places = Object.fromEntries(outputs.map((output) => [output.name, placeOf(output)]));
  await runInto(placed.session, inputs, places);
  return places;
}

/** Of the state tensor that an output becomes; undefined for one that is none. */
function stateName(output: string): string | undefined {
  return output.startsWith(nextPrefix) ? output.slice(nextPrefix.length) : undefined;
}

function updatedState(): ProcessorState {
  if (!(state instanceof ProcessorState)) throw new Error('the state lies on a device: a model updates it there');
  return state;
}

/** Gradients are of no use after it. */
async function update(step: AdamWUpdate): Promise<NamedTensors> {
  const own = updatedState();
  const norm = updateState(step, own);
  for (const { gradient } of step.parameters) own.retire(gradient);
  return { norm: { dataType: 'float64', shape: [], data: Float64Array.of(norm) } };
}

async function readState(names: readonly string[]): Promise<NamedTensors> {
  const tensors: Record<string, TensorData> = {};
  for (const name of names) tensors[name] = await state.read(name);
  return tensors;
}
