/**
 * The thread that owns ONNX Runtime sessions: `run()` blocks its thread for the whole call, so it must not be the one that draws
 * progress and answers signals. Tensors of the state stay here between calls and are updated in place.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
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
import type { DataType, ElementArray, TensorData } from './tensor-data.js';

const sessions = new Map<string, InferenceSession>();
const state = new Map<string, Tensor>();

answerRequests(answer, (reply) => (reply && !('inputs' in reply) ? transferable(reply as NamedTensors) : []));

async function answer(request: SessionRequest): Promise<SessionReply> {
  switch (request.kind) {
    case 'load':
      return load(request.model, request.source, request.threads);
    case 'run':
      return run(request.model, request.feeds, request.outputs);
    case 'write-state':
      for (const [name, tensor] of Object.entries(request.tensors)) state.set(name, toOrt(tensor));
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

/** Inputs that are not fed come from the state; outputs named `next.<name>` are written over the state tensor <name>. */
async function run(model: string, feeds: NamedTensors, outputs: readonly string[] | undefined): Promise<NamedTensors> {
  const session = sessions.get(model);
  if (!session) throw new Error(`no model ${model} is loaded`);
  const inputs: Record<string, Tensor> = {};
  for (const name of session.inputNames) {
    const tensor = feeds[name] ? toOrt(feeds[name]) : state.get(name);
    if (!tensor) throw new Error(`the model ${model} needs the input ${name}`);
    inputs[name] = tensor;
  }
  const fetches: Record<string, Tensor | null> = {};
  for (const name of outputs ?? session.outputNames) {
    if (!session.outputNames.includes(name)) throw new Error(`the model ${model} has no output ${name}`);
    fetches[name] = (name.startsWith(nextPrefix) ? state.get(name.slice(nextPrefix.length)) : undefined) ?? null;
  }
  const results = await session.run(inputs, fetches);
  const reply: Record<string, TensorData> = {};
  for (const [name, tensor] of Object.entries(results)) {
    if (!name.startsWith(nextPrefix)) reply[name] = fromOrt(tensor);
    else if (tensor.data !== fetches[name]?.data) release(tensor);
  }
  return reply;
}

/**
 * Frees memory at once. ONNX Runtime's binding copies every output, preallocated or not; for a model's whole state, waiting for the
 * garbage collector would take more memory than the state itself.
 */
function release(tensor: Tensor): void {
  const { buffer } = tensor.data as ElementArray;
  if (buffer instanceof ArrayBuffer) structuredClone(buffer, { transfer: [buffer] });
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
