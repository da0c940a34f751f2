/**
 * Outputs that ONNX Runtime writes where it is told to. Its binding (onnxruntime-node 1.30) does that too, but then copies every output into new
 * memory all the same: a tenth of a step of CLIP, most of it for the pages that the copies lie in. It copies them in their order, up to
 * the first that it cannot: with a sequence at their head, it copies none.
 */
import onnxProto from 'onnx-proto';
import type { InferenceSession, Tensor } from 'onnxruntime-node';

const { onnx } = onnxProto;

/** The sequence, of no tensors. */
const sequence = 'no tensors';
const refusal = /non tensor type/i;

/** The bytes of a model with the sequence as its first output: the parts of a message, if there are several, count as one. */
export function withDirectOutputs(model: Uint8Array): Uint8Array {
  const elemType = { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT } };
  const graph = {
    node: [{ opType: 'SequenceEmpty', name: sequence, output: [sequence] }],
    output: [{ name: sequence, type: { sequenceType: { elemType } } }],
  };
  return Buffer.concat([onnx.ModelProto.encode(onnx.ModelProto.fromObject({ graph })).finish(), model]);
}

/** Whether it is a model of `withDirectOutputs`. */
export function hasDirectOutputs({ outputNames }: InferenceSession): boolean {
  return outputNames[0] === sequence;
}

/**
 * Runs a model of `withDirectOutputs`.
 * @param outputs what to compute; the values are written into these tensors
 * @throws Error with ONNX Runtime's message.
 */
export async function runInto(
  session: InferenceSession,
  feeds: InferenceSession.FeedsType,
  outputs: Readonly<Record<string, Tensor>>,
): Promise<void> {
  try {
    await session.run(feeds, { [sequence]: null, ...outputs });
  } catch (error) {
    if (!refusal.test(String(error))) throw error;
  }
}
