/** Runs the gradients graph that the CPU engine runs, through `compile`. */
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { buildCpuGradientsGraph } from '#antonym/train/engines/cpu-gradients-graph.js';
import type { LossGraph } from '#antonym/train/graphs/gradients-graph.js';
import { compile } from '../../graph/run-graph.js';

/** The graph, compiled: call it with crops, parameters and buffers. */
export async function compileGradients(losses: LossGraph): ReturnType<typeof compile> {
  const thread = new SessionThread({ threads: 1 });
  try {
    return await compile(await buildCpuGradientsGraph(losses, thread));
  } finally {
    await thread.close();
  }
}
