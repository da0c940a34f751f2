/** The gradients graph in the form that is fastest on this machine's processor: what is trained with, proven and profiled. */
import { blockChannels } from '../../graph/blocked/block-channels.js';
import { channelBlock } from '../../graph/blocked/channel-block.js';
import { winogradInputGradients } from '../../graph/blocked/winograd-input-gradients.js';
import type { Graph } from '../../graph/graph.js';
import { joinVectors } from '../../graph/join-vectors.js';
import type { SessionThread } from '../../runtime/session-thread.js';
import { buildGradientsGraph, type LossGraph } from '../gradients-graph.js';

/**
 * @param thread asked for what the processor can do; the graph is for its sessions and for others on this machine
 * @param recompute see `recomputeForward`
 */
export async function buildCpuGradientsGraph(losses: LossGraph, thread: SessionThread, recompute = false): Promise<Graph> {
  const block = await channelBlock(thread);
  const graph = buildGradientsGraph(losses, recompute);
  return joinVectors(block === undefined ? graph : blockChannels(winogradInputGradients(graph), block));
}
