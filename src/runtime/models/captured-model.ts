/**
 * A model whose launches a device records in its first call and replays in every other: the processor then takes a fraction of the time to tell the device
 * its work. A recording knows addresses only, so everything that the model reads and writes stays in its place.
 */

import { stateName } from '../../graph/state-names.js';
import { UserError } from '../../support/errors.js';
import type { NamedTensors } from '../../tensors/tensor-data.js';
import { elementCount, type TensorData } from '../../tensors/tensor-data.js';
import { OnnxSession } from '../onnxruntime/session.js';
import { DeviceTensor } from '../onnxruntime/tensors.js';
import type { Placement, RunRequest } from '../sessions/session-messages.js';
import type { DeviceSettings, DeviceState } from '../state/device-state.js';
import { stateInput } from './device-model.js';
import { hasFixedShape, inputsOf, type LoadedModel, outputsOf } from './loaded-model.js';

/** Names of the option that records, of each provider. */
const captureOptions = { webgpu: 'enableGraphCapture', cuda: 'enable_cuda_graph' } as const;

/** Tolerance of a tensor that a replay has written, against that of the recorded call, relative to its norm. */
const tolerance = 1e-3;

export class CapturedModel implements LoadedModel {
  readonly placement: Placement = { onProcessor: {} };
  readonly signature;
  /** The tensors fed. */
  private readonly fed = new Map<string, DeviceTensor>();
  private readonly outputs: ReadonlyMap<string, DeviceTensor>;
  private recorded: Readonly<Record<string, bigint>> | undefined;

  private constructor(
    private readonly session: OnnxSession,
    private readonly state: DeviceState,
  ) {
    this.signature = session.signature;
    const places = this.signature.outputs.map((output) => {
      if (!hasFixedShape(output)) throw new Error(`${output.name} has no fixed shape: calls of the model cannot be recorded`);
      return [output.name, state.place(output)] as const;
    });
    this.outputs = new Map(places);
  }

  /** @throws Error as of `openCaptured`. */
  static open(source: string | Uint8Array, settings: DeviceSettings, state: DeviceState): CapturedModel {
    return new CapturedModel(openCaptured(source, settings), state);
  }

  async run(request: RunRequest): Promise<NamedTensors> {
    const { added = [] } = request;
    const wanted = outputsOf(this, request);
    const given = inputsOf(this, request, (input) => stateInput(this.state, input));
    const inputs = Object.fromEntries(Object.entries(given).map(([name, tensor]) => [name, this.onDevice(name, tensor)]));
    for (const name of added) this.state.keep(name);
    this.compute(inputs);
    const replied = wanted.filter(({ name }) => stateName(name) === undefined);
    const assigned: [string, DeviceTensor][] = [];
    for (const { name } of wanted) {
      const tensor = this.outputs.get(name)!;
      const kept = stateName(name);
      if (kept === undefined) continue;
      if (added.includes(kept)) this.state.add(kept, tensor);
      else if (this.state.tensor(kept)) assigned.push([kept, tensor]);
      else this.state.lend(kept, tensor);
    }
    this.state.assign(assigned);
    const tensors = this.state.download(replied.map(({ name }) => this.outputs.get(name)!));
    return Object.fromEntries(replied.map(({ name }, index) => [name, tensors[index]!]));
  }

  private onDevice(name: string, tensor: DeviceTensor | TensorData): DeviceTensor {
    if (tensor instanceof DeviceTensor) return tensor;
    const place = this.fed.get(name) ?? this.state.place(tensor);
    this.fed.set(name, place);
    return this.state.carry(tensor, place);
  }

  private compute(inputs: Readonly<Record<string, DeviceTensor>>): void {
    const addresses = Object.fromEntries(Object.entries(inputs).map(([name, { value }]) => [name, value]));
    const recorded = this.recorded;
    const moved = recorded && Object.keys(addresses).find((name) => addresses[name] !== recorded[name]);
    if (moved !== undefined) throw new Error(`${moved} lies elsewhere than when the calls of the model were recorded`);
    this.session.run(inputs, Object.fromEntries(this.outputs));
    if (recorded) return;
    this.recorded = addresses;
    this.checkReplay(inputs);
  }

  /** A kernel that a device cannot record is left out of a replay silently: its output does not change. */
  private checkReplay(inputs: Readonly<Record<string, DeviceTensor>>): void {
    const places = [...this.outputs].filter(([, { dataType }]) => dataType === 'float32');
    const expected = places.map(([, place]) => this.state.download([place])[0]!);
    for (const [, place] of places) {
      const { dataType, shape } = place;
      this.state.carry({ dataType, shape, data: new Float32Array(elementCount(shape)).fill(Number.NaN) }, place);
    }
    this.session.run(inputs, Object.fromEntries(this.outputs));
    for (const [index, [name, place]] of places.entries()) {
      if (isClose(this.state.download([place])[0]!.data as Float32Array, expected[index]!.data as Float32Array)) continue;
      throw new UserError(`The device does not replay what was recorded: ${name} differs. Use --graph-capture off.`);
    }
  }

  async release(): Promise<void> {
    for (const tensor of [...this.fed.values(), ...this.outputs.values()]) tensor.release();
    this.session.release();
  }
}

/**
 * A session that records its first call.
 * @throws Error as of `OnnxSession.open`; UserError where the device leaves nodes to the processor.
 */
export function openCaptured(source: string | Uint8Array, settings: DeviceSettings): OnnxSession {
  const providerOptions = { ...settings.providerOptions, [captureOptions[settings.device]]: '1' };
  try {
    return OnnxSession.open(source, { ...settings, providerOptions });
  } catch (error) {
    if (!String(error).includes('graph capture feature')) throw error;
    throw new UserError(
      'The device leaves nodes of the model to the processor, so that its launches cannot be recorded. Use --graph-capture off, which names them.',
    );
  }
}

function isClose(found: Float32Array, expected: Float32Array): boolean {
  let [difference, norm] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    difference += (found[index]! - expected[index]!) ** 2;
    norm += expected[index]! ** 2;
  }
  // if the call itself wrote NaN, nothing can be told
  return difference <= tolerance ** 2 * norm || !Number.isFinite(norm);
}
