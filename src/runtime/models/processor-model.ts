/** A model on the processor: outputs are written into memory of the state, where it is known how large they are. */

import { stateName } from '../../graph/state-names.js';
import type { NamedTensors, TensorData } from '../../tensors/tensor-data.js';
import type { InputOrOutput } from '../onnxruntime/model-signature.js';
import type { OnnxSession } from '../onnxruntime/session.js';
import type { Placement, RunRequest } from '../sessions/session-messages.js';
import type { ProcessorState } from '../state/processor-state.js';
import { hasFixedShape, inputsOf, type LoadedModel, outputsOf } from './loaded-model.js';

export class ProcessorModel implements LoadedModel {
  readonly signature;
  readonly placement: Placement = { onProcessor: {} };

  constructor(
    private readonly session: OnnxSession,
    private readonly state: ProcessorState,
  ) {
    this.signature = session.signature;
  }

  async run(request: RunRequest): Promise<NamedTensors> {
    const { added = [] } = request;
    const inputs = inputsOf(this, request, ({ name }) => this.state.tensor(name));
    const places = outputsOf(this, request).map((output) => [output.name, this.placeOf(output)] as const);
    const reply: Record<string, TensorData> = {};
    for (const [name, tensor] of Object.entries(this.session.run(inputs, Object.fromEntries(places)))) {
      const kept = stateName(name);
      if (kept === undefined) reply[name] = tensor;
      else if (added.includes(kept)) this.state.add(kept, tensor);
      else this.state.replace(kept, tensor);
    }
    return reply;
  }

  private placeOf(output: InputOrOutput): TensorData | undefined {
    const kept = stateName(output.name);
    return kept !== undefined && hasFixedShape(output) ? this.state.place(kept, output.dataType, output.shape) : undefined;
  }

  async release(): Promise<void> {
    this.session.release();
  }
}
