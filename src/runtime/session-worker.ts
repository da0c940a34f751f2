/**
 * The thread that owns ONNX Runtime sessions: `run()` blocks its thread for the whole call, so it must not be the one that draws
 * progress and answers signals. Tensors of the state stay here between calls.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type AdamWUpdate, updateByAdamW } from './adamw.js';
import { answerRequests } from './answer-requests.js';
import {
  type ModelSignature,
  type NamedTensors,
  nextPrefix,
  type SessionReply,
  type SessionRequest,
  transferable,
} from './session-messages.js';
import { sessionOptions } from './session-options.js';
import { addInto } from './state-arithmetic.js';
import type { DataType, ElementArray, TensorData } from './tensor-data.js';

const sessions = new Map<string, InferenceSession>();
const state = new Map<string, Tensor>();

answerRequests(answer, (reply) => (reply && !('inputs' in reply) ? transferable(reply as NamedTensors) : []));

async function answer(request: SessionRequest): Promise<SessionReply> {
  switch (request.kind) {
    case 'load':
      return load(request.model, request.source, request.threads);
    case 'run':
      return run(request.model, request.feeds, request.outputs, request.added);
    case 'update':
      return update(request.update);
    case 'write-state':
      for (const [name, tensor] of Object.entries(request.tensors)) keep(name, toOrt(tensor), []);
      return undefined;
    case 'read-state':
      return readState(request.names ?? [...state.keys()]);
  }
}

async function load(model: string, source: Uint8Array | string, threads: number | undefined): Promise<ModelSignature> {
  await sessions.get(model)?.release();
  const options = sessionOptions(threads);
  const session =
    typeof source === 'string' ? await InferenceSession.create(source, options) : await InferenceSession.create(source, options);
  sessions.set(model, session);
  return { inputs: session.inputMetadata.map(describe), outputs: session.outputMetadata.map(describe) };
}

function describe(value: InferenceSession.ValueMetadata): ModelSignature['inputs'][number] {
  if (!value.isTensor) throw new Error(`${value.name} is not a tensor`);
  return { name: value.name, dataType: value.type as DataType, shape: value.shape };
}

/** Inputs that are not fed come from the state; outputs named `next.<name>` become the state tensor <name>, or are added to it. */
async function run(
  model: string,
  feeds: NamedTensors,
  outputs: readonly string[] | undefined,
  added: readonly string[] = [],
): Promise<NamedTensors> {
  const session = sessions.get(model);
  if (!session) throw new Error(`no model ${model} is loaded`);
  const inputs: Record<string, Tensor> = {};
  for (const name of session.inputNames) {
    const tensor = feeds[name] ? toOrt(feeds[name]) : state.get(name);
    if (!tensor) throw new Error(`the model ${model} needs the input ${name}`);
    inputs[name] = tensor;
  }
  const wanted = outputs ?? session.outputNames;
  for (const name of wanted) if (!session.outputNames.includes(name)) throw new Error(`the model ${model} has no output ${name}`);
  const results = await session.run(inputs, wanted);
  const reply: Record<string, TensorData> = {};
  for (const [name, tensor] of Object.entries(results)) {
    if (name.startsWith(nextPrefix)) keep(name.slice(nextPrefix.length), tensor, added);
    else reply[name] = fromOrt(tensor);
  }
  return reply;
}

/** Makes a tensor part of the state, or adds it to the one that is there. */
function keep(name: string, tensor: Tensor, added: readonly string[]): void {
  const present = state.get(name);
  if (!added.includes(name)) {
    state.set(name, tensor);
    if (present) release(present);
  } else {
    addInto(floats(name), tensor.data as Float32Array);
    release(tensor);
  }
}

/** Gradients are of no use after it: their memory is free for the next step. */
function update(step: AdamWUpdate): NamedTensors {
  const norm = updateByAdamW(step, floats);
  for (const { gradient } of step.parameters) {
    release(state.get(gradient)!);
    state.delete(gradient);
  }
  return { norm: { dataType: 'float64', shape: [], data: Float64Array.of(norm) } };
}

/** The values of a state tensor. */
function floats(name: string): Float32Array {
  const data = state.get(name)?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the state has no float32 tensor ${name}`);
  return data;
}

/** Frees memory at once: for a model's gradients, waiting for the garbage collector would take as much again. */
function release(tensor: Tensor): void {
  const { buffer, byteLength } = tensor.data as ElementArray;
  // a buffer with more in it belongs to other tensors too
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) structuredClone(buffer, { transfer: [buffer] });
}

function readState(names: readonly string[]): NamedTensors {
  const tensors: Record<string, TensorData> = {};
  for (const name of names) {
    const tensor = state.get(name);
    if (!tensor) throw new Error(`the state has no tensor ${name}`);
    const { dataType, shape, data } = fromOrt(tensor);
    tensors[name] = { dataType, shape, data: data.slice() };
  }
  return tensors;
}

function toOrt({ dataType, shape, data }: TensorData): Tensor {
  return new Tensor(dataType, data as never, shape);
}

function fromOrt(tensor: Tensor): TensorData {
  return { dataType: tensor.type as DataType, shape: tensor.dims, data: tensor.data as ElementArray };
}
