/** The gradients graph in the form that is fastest on this machine's processor: the one used to train, prove and profile. */

import type { Graph } from '../../graph/graph.js';
import { lowerConvolutions } from '../../lowering/convolution/lower-convolutions.js';
import { blockChannels } from '../../lowering/cpu/block-channels.js';
import { joinVectors } from '../../lowering/cpu/join-vectors.js';
import { lowerMeans } from '../../lowering/lower-means.js';
import { channelBlock } from '../../runtime/devices/channel-block.js';
import type { SessionThread } from '../../runtime/sessions/session-thread.js';
import { buildGradientsGraph, type LossGraph, recomputedOn } from '../graphs/gradients-graph.js';

/**
 * @param thread asked for what the processor can do; the graph is for its sessions and for others on this machine
 * @param recompute see `recomputeForward`
 */
export async function buildCpuGradientsGraph(losses: LossGraph, thread: SessionThread, recompute = false): Promise<Graph> {
  const block = await channelBlock(thread);
  const graph = buildGradientsGraph(losses, recomputedOn('cpu', recompute));
  return joinVectors(lowerMeans(block === undefined ? lowerConvolutions(graph, 'cpu') : blockChannels(graph, block)));
}
