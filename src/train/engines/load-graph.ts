/** Loads a graph into a thread's sessions; what it says is state stays where the state is. */
import type { Graph } from '../../graph/graph.js';
import { encodeOnnx } from '../../graph/onnx-file.js';
import { nextPrefix } from '../../runtime/session-messages.js';
import type { SessionThread } from '../../runtime/session-thread.js';

export async function loadGraph(thread: SessionThread, model: string, graph: Graph): Promise<void> {
  const stateOutputs = [...graph.outputs.keys()].filter((name) => name.startsWith(nextPrefix));
  await thread.load(model, encodeOnnx(graph), stateOutputs);
}
