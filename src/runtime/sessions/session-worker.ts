/**
 * The thread that owns ONNX Runtime sessions: a call blocks its thread, so it must not be the one that draws progress and answers signals.
 * Tensors of the state stay here between calls.
 */
import { readFile } from 'node:fs/promises';
import type { ReducedFile } from '../../graph/without-outputs.js';
import { messageOf } from '../../support/errors.js';
import { answerRequests } from '../../support/threads/answer-requests.js';
import { type Place, placeOf } from '../../tensors/place.js';
import type { NamedTensors, TensorData } from '../../tensors/tensor-data.js';
import { transferable } from '../../tensors/tensor-data.js';
import { explainDeviceError, requireDevice } from '../devices/device.js';
import type { Device } from '../devices/device-names.js';
import type { LoadedModel } from '../models/loaded-model.js';
import { ProcessorModel } from '../models/processor-model.js';
import type { ModelSignature } from '../onnxruntime/model-signature.js';
import { OnnxSession } from '../onnxruntime/session.js';
import { type AdamWUpdate, updatedGroups, updateState } from '../state/adamw.js';
import type { DeviceState } from '../state/device-state.js';
import { ProcessorState } from '../state/processor-state.js';
import { missingTensor } from '../state/session-state.js';
import type { ModelSource, RunRequest, SessionReply, SessionRequest } from './session-messages.js';

const models = new Map<string, LoadedModel>();
/** On the device from the first model on that is computed there. */
let state: ProcessorState | DeviceState = new ProcessorState();
/** Device of the last model: a thread has one. */
let usedDevice: Device = 'cpu';

answerRequests(
  answer,
  (reply) => (reply && !('inputs' in reply || 'onProcessor' in reply || 'places' in reply) ? transferable(reply as NamedTensors) : []),
  {
    end,
  },
);

async function answer(request: SessionRequest): Promise<SessionReply> {
  switch (request.kind) {
    case 'load':
      return load(request.model, request);
    case 'run':
      return run(request);
    case 'placement':
      return loaded(request.model).placement;
    case 'prepare-update':
      processorState().gather(updatedGroups(request.names), Math.min(request.batches, 2));
      return undefined;
    case 'update':
      return update(request.update);
    case 'write-state':
      for (const [name, tensor] of Object.entries(request.tensors)) state.write(name, tensor);
      return undefined;
    case 'read-state':
      return readState(request.names ?? [...state.names]);
    case 'places':
      return { places: request.names.map(placeOfState) };
    case 'delete-state':
      for (const name of request.names) state.delete(name);
      return undefined;
  }
}

async function load(name: string, source: ModelSource): Promise<ModelSignature> {
  const { device } = source.settings;
  await requireDevice(device);
  usedDevice = device;
  await models.get(name)?.release();
  models.delete(name);
  try {
    const reduced = await reducedFile(source);
    const model = await open(reduced ? { ...source, source: reduced.bytes } : source);
    models.set(name, model);
    const { inputs, outputs } = model.signature;
    return reduced ? { inputs, outputs: [...outputs, ...reduced.leftOut] } : model.signature;
  } catch (error) {
    throw explained(error);
  }
}

/** Undefined where the file is loaded as it is. */
async function reducedFile({ source, without = [] }: ModelSource): Promise<ReducedFile | undefined> {
  if (without.length === 0 || typeof source !== 'string') return undefined;
  const file = await readFile(source).catch(() => undefined);
  return file && (await import('../../graph/without-outputs.js')).withoutOutputs(file, new Set(without));
}

async function open({ source, settings, inPlace = [], isCaptured = false }: ModelSource): Promise<LoadedModel> {
  const { device } = settings;
  if (device === 'cpu') return new ProcessorModel(OnnxSession.open(source, settings), processorState());
  const own = { ...settings, device };
  // graphs, and how files of them are written, are loaded where a device needs them: not for scoring on the processor
  if (state instanceof ProcessorState) state = new (await import('../state/device-state.js')).DeviceState(own);
  if (isCaptured) return (await import('../models/captured-model.js')).CapturedModel.open(source, own, state);
  const [{ DeviceModel }, { PlacedSession }] = [await import('../models/device-model.js'), await import('../models/node-placement.js')];
  return new DeviceModel(await PlacedSession.open(source, settings), state, new Set(inPlace));
}

async function run(request: RunRequest): Promise<NamedTensors> {
  try {
    return await loaded(request.model).run(request);
  } catch (error) {
    throw explained(error);
  }
}

/** A device's refusal, with advice on what a person can do about it. */
function explained(error: unknown): Error {
  return explainDeviceError(usedDevice, error instanceof Error ? error : new Error(messageOf(error)));
}

function loaded(model: string): LoadedModel {
  const found = models.get(model);
  if (!found) throw new Error(`no model ${model} is loaded`);
  return found;
}

function placeOfState(name: string): Place {
  if (state instanceof ProcessorState) return placeOf(state.floats(name));
  const tensor = state.tensor(name);
  if (!tensor) throw missingTensor(name);
  return tensor.place;
}

function processorState(): ProcessorState {
  if (!(state instanceof ProcessorState)) throw new Error('the state lies on a device: a model updates it there');
  return state;
}

/** Gradients are of no use after it. */
function update(step: AdamWUpdate): NamedTensors {
  const own = processorState();
  const norm = updateState(step, own);
  for (const { gradient } of step.parameters) own.retire(gradient);
  return { norm: { dataType: 'float64', shape: [], data: Float64Array.of(norm) } };
}

function readState(names: readonly string[]): NamedTensors {
  const tensors: Record<string, TensorData> = {};
  for (const name of names) tensors[name] = state.read(name);
  return tensors;
}

/** Memory of ONNX Runtime does not go with the thread. */
async function end(): Promise<void> {
  for (const model of models.values()) await model.release();
  if (!(state instanceof ProcessorState)) state.release();
}
