/** A model on a device, whose state lies in the device's memory: feeds go up, and outputs that are not state come down. */

import { stateName } from '../../graph/state-names.js';
import type { NamedTensors, TensorData } from '../../tensors/tensor-data.js';
import type { InputOrOutput } from '../onnxruntime/model-signature.js';
import { DeviceTensor } from '../onnxruntime/tensors.js';
import type { RunRequest } from '../sessions/session-messages.js';
import type { DeviceState } from '../state/device-state.js';
import { isAsLarge } from '../state/device-state.js';
import { hasFixedShape, inputsOf, type LoadedModel, outputsOf } from './loaded-model.js';
import type { PlacedSession } from './node-placement.js';

export class DeviceModel implements LoadedModel {
  readonly signature;

  /** @param inPlace outputs that may be written where the state tensor of their name lies: see `outputsInPlace` */
  constructor(
    private readonly placed: PlacedSession,
    private readonly state: DeviceState,
    private readonly inPlace: ReadonlySet<string>,
  ) {
    this.signature = placed.session.signature;
  }

  get placement() {
    return this.placed.placement;
  }

  async run(request: RunRequest): Promise<NamedTensors> {
    const { added = [] } = request;
    const inputs = inputsOf(this, request, (input) => stateInput(this.state, input));
    const places = new Map(outputsOf(this, request).map((output) => [output.name, this.placeOf(output)]));
    let results: Readonly<Record<string, DeviceTensor | TensorData>>;
    try {
      results = await this.placed.run(inputs, Object.fromEntries([...places].map(([name, place]) => [name, place?.tensor])));
    } catch (error) {
      for (const place of places.values()) if (place?.isNew) place.tensor.release();
      throw error;
    }
    const reply: Record<string, TensorData> = {};
    for (const [name, tensor] of Object.entries(results)) {
      if (!(tensor instanceof DeviceTensor)) reply[name] = tensor;
      else if (places.get(name)!.isNew) this.take(stateName(name)!, tensor, added);
    }
    return reply;
  }

  private take(name: string, tensor: DeviceTensor, added: readonly string[]): void {
    if (!added.includes(name)) {
      this.state.replace(name, tensor);
      return;
    }
    this.state.add(name, tensor);
    tensor.release();
  }

  /** Undefined for an output that is not state. */
  private placeOf(output: InputOrOutput): { readonly tensor: DeviceTensor; readonly isNew: boolean } | undefined {
    const kept = stateName(output.name);
    if (kept === undefined) return undefined;
    if (!hasFixedShape(output)) throw new Error(`${output.name} has no fixed shape: a device needs a place for it`);
    const old = this.inPlace.has(output.name) ? this.state.tensor(kept) : undefined;
    if (old && isAsLarge(old, output)) return { tensor: old.inShape(output.shape), isNew: false };
    return { tensor: this.state.place(output), isNew: true };
  }

  async release(): Promise<void> {
    await this.placed.release();
  }
}

/** The tensor of the state for an input, in the shape that the model asks for. */
export function stateInput(state: DeviceState, input: InputOrOutput): DeviceTensor | undefined {
  const tensor = state.tensor(input.name);
  return tensor && hasFixedShape(input) && isAsLarge(tensor, input) ? tensor.inShape(input.shape) : tensor;
}
