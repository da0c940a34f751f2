/** AdamW where the state lies on a GPU: the update graph, computed there; a handful of numbers go up, the norm comes down. */
import type { ParameterSpec } from '../../backbones/parameters.js';
import type { Graph } from '../../graph/graph.js';
import type { AdamWUpdate } from '../../runtime/adamw.js';
import type { SessionThread } from '../../runtime/session-thread.js';
import { gradientName } from '../state.js';
import { joinedTensors } from '../tensor-groups.js';
import { buildUpdateGraph, type OptimizerOptions, updateFeeds } from '../update-graph.js';
import { loadGraph } from './load-graph.js';

export function buildDeviceUpdateGraph(
  trained: readonly ParameterSpec[],
  optimizer: OptimizerOptions,
  averaged: readonly ParameterSpec[] = [],
): Graph {
  return buildUpdateGraph(trained, optimizer, averaged, joinedTensors);
}

/** @returns what `SessionThread.update` does for state in the processor's memory */
export async function loadDeviceUpdate(
  thread: SessionThread,
  trained: readonly ParameterSpec[],
  optimizer: OptimizerOptions,
  averaged: readonly ParameterSpec[],
): Promise<(update: AdamWUpdate) => Promise<number>> {
  await loadGraph(thread, 'update', buildDeviceUpdateGraph(trained, optimizer, averaged));
  const gradients = trained.map(({ name }) => gradientName(name));
  return async (update) => {
    const { gradient_norm: norm } = await thread.run('update', updateFeeds(update), { onlyIfFinite: 'gradient_norm' });
    await thread.deleteState(gradients);
    return Number(norm!.data[0]);
  };
}
