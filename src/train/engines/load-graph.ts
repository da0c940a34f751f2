/** Loads a graph into a thread's sessions. */
import type { Graph } from '../../graph/graph.js';
import { encodeOnnx } from '../../graph/onnx-file.js';
import { outputsInPlace } from '../../lowering/device/outputs-in-place.js';
import type { SessionThread } from '../../runtime/sessions/session-thread.js';

/** @param isCaptured whether the device replays it: see `CapturedModel` */
export async function loadGraph(thread: SessionThread, model: string, graph: Graph, isCaptured = false): Promise<void> {
  await thread.load(model, encodeOnnx(graph), { inPlace: outputsInPlace(graph), isCaptured });
}
