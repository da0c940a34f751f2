/** A model that a thread has loaded, with the state that its calls read and write. */

import type { NamedTensors, TensorData } from '../../tensors/tensor-data.js';
import type { InputOrOutput, ModelSignature } from '../onnxruntime/model-signature.js';
import type { Placement, RunRequest } from '../sessions/session-messages.js';

export interface LoadedModel {
  readonly signature: ModelSignature;
  /** Known once it has run. */
  readonly placement: Placement;
  /** Inputs that are not fed come from the state; outputs named `next.<name>` become the state tensor <name>, or are added to it. */
  run(request: RunRequest): Promise<NamedTensors>;
  release(): Promise<void>;
}

/**
 * The tensor for each input of a model.
 * @param ofState the tensor of the state by that name
 * @throws Error that names an input that is neither fed nor there.
 */
export function inputsOf<Tensor>(
  { signature }: LoadedModel,
  { model, feeds }: RunRequest,
  ofState: (input: InputOrOutput) => Tensor | undefined,
): Record<string, Tensor | TensorData> {
  const inputs: Record<string, Tensor | TensorData> = {};
  for (const input of signature.inputs) {
    const tensor = feeds[input.name] ?? ofState(input);
    if (tensor === undefined) throw new Error(`the model ${model} needs the input ${input.name}`);
    inputs[input.name] = tensor;
  }
  return inputs;
}

/** The outputs that a call computes. @throws Error that names an output that the model does not have. */
export function outputsOf({ signature }: LoadedModel, { model, outputs }: RunRequest): readonly InputOrOutput[] {
  const found = (name: string): InputOrOutput => {
    const output = signature.outputs.find((own) => own.name === name);
    if (!output) throw new Error(`the model ${model} has no output ${name}`);
    return output;
  };
  return outputs?.map(found) ?? signature.outputs;
}

/** True when every size is known before a call. */
export function hasFixedShape<Of extends InputOrOutput>(value: Of): value is Of & { readonly shape: readonly number[] } {
  return value.shape.every((size) => typeof size === 'number');
}
