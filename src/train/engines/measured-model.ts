/** A model that is measured but not trained: its weights and the graph that training evaluates with, nothing else. */

import { encodeOnnx } from '../../graph/onnx-file.js';
import { joinVectors } from '../../lowering/cpu/join-vectors.js';
import { SessionThread } from '../../runtime/sessions/session-thread.js';
import type { NamedTensors, TensorData } from '../../tensors/tensor-data.js';
import { cropsAtOnce } from '../graphs/crops-at-once.js';
import type { ModelDefinition } from '../graphs/model.js';
import { buildSimilarityGraph } from '../graphs/similarity-graph.js';
import type { Engine } from './engine.js';

/**
 * @param crop side of the crops, pixels
 * @param tensors parameters and buffers by name; they are copied
 * @throws Error when ONNX Runtime refuses the graph.
 */
export async function openMeasuredModel(
  model: ModelDefinition,
  crop: number,
  tensors: NamedTensors,
): Promise<Pick<Engine, 'similarity' | 'close'>> {
  const thread = new SessionThread();
  try {
    await thread.load('similarity', encodeOnnx(joinVectors(buildSimilarityGraph(model, crop).graph)));
    // one by one: what is under way is there twice
    for (const [name, tensor] of Object.entries(tensors)) await thread.writeState({ [name]: tensor });
  } catch (error) {
    await thread.close();
    throw error;
  }
  return {
    similarity: cropMeasurer(thread, model, crop, cropsAtOnce(model, crop)),
    close: () => thread.close(),
  };
}

/**
 * Runs the model `similarity` of a thread, part by part: see `Engine.similarity`.
 * @param atOnce crops in a part
 */
export function cropMeasurer(thread: SessionThread, { prompts }: ModelDefinition, side: number, atOnce: number): Engine['similarity'] {
  const [size, cropBytes] = [prompts.shape[0]! * 2, side * side * 3];
  return async (crops, count) => {
    const similarities = new Float32Array(count * size);
    for (let first = 0; first < count; first += atOnce) {
      const last = Math.min(first + atOnce, count);
      const data = crops.slice(first * cropBytes, last * cropBytes);
      const part: TensorData = { dataType: 'uint8', shape: [last - first, side, side, 3], data };
      const results = await thread.run('similarity', { crops: part });
      similarities.set(results.similarity!.data as Float32Array, first * size);
    }
    return similarities;
  };
}
