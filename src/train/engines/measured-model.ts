/** A model that is measured but not trained: its weights and the graph that training evaluates with, nothing else. */

import { encodeOnnx } from '../../graph/onnx-file.js';
import { joinVectors } from '../../lowering/cpu/join-vectors.js';
import type { DeviceSetup } from '../../runtime/devices/device.js';
import { SessionThread } from '../../runtime/sessions/session-thread.js';
import type { NamedTensors, TensorData } from '../../tensors/tensor-data.js';
import { cropsAtOnce } from '../graphs/crops-at-once.js';
import { buildMeasuringGraph } from '../graphs/measuring-graph.js';
import { type ModelDefinition, measuredSize } from '../graphs/model.js';
import type { Engine } from './engine.js';

/**
 * @param crop side of the crops, pixels
 * @param tensors parameters and buffers by name; they are copied
 * @param device default: the processor
 * @throws Error when ONNX Runtime refuses the graph.
 */
export async function openMeasuredModel(
  model: ModelDefinition,
  crop: number,
  tensors: NamedTensors,
  device: Partial<DeviceSetup> = {},
): Promise<Pick<Engine, 'measure' | 'close'>> {
  const thread = new SessionThread(device);
  try {
    await thread.load('measure', encodeOnnx(joinVectors(buildMeasuringGraph(model, crop).graph)));
    // one by one: a tensor under way is in memory twice
    for (const [name, tensor] of Object.entries(tensors)) await thread.writeState({ [name]: tensor });
  } catch (error) {
    await thread.close();
    throw error;
  }
  return {
    measure: cropMeasurer(thread, model, crop, cropsAtOnce(model, crop)),
    close: () => thread.close(),
  };
}

/**
 * Runs the model `measure` of a thread, part by part: see `Engine.measure`.
 * @param atOnce crops in a part
 */
export function cropMeasurer(thread: SessionThread, model: ModelDefinition, side: number, atOnce: number): Engine['measure'] {
  const [size, cropBytes] = [measuredSize(model), side * side * 3];
  return async (crops, count) => {
    const measured = new Float32Array(count * size);
    for (let first = 0; first < count; first += atOnce) {
      const last = Math.min(first + atOnce, count);
      const data = crops.slice(first * cropBytes, last * cropBytes);
      const part: TensorData = { dataType: 'uint8', shape: [last - first, side, side, 3], data };
      const results = await thread.run('measure', { crops: part });
      measured.set(results.measured!.data as Float32Array, first * size);
    }
    return measured;
  };
}
