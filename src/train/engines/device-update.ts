/**
 * AdamW where the state lies on a device: a handful of numbers go up, the norm of the gradient comes down. It is checked before anything is
 * written, since the new state takes the place of the old.
 */
import type { ParameterSpec } from '../../backbones/parameters.js';
import type { Graph } from '../../graph/graph.js';
import { writtenByKernels } from '../../lowering/device/outputs-in-place.js';
import type { SessionThread } from '../../runtime/sessions/session-thread.js';
import type { AdamWUpdate } from '../../runtime/state/adamw.js';
import { joinedTensors } from '../graphs/tensor-groups.js';
import { buildNormGraph, buildUpdateGraph, normName, type OptimizerOptions, scaleName, updateFeeds } from '../graphs/update-graph.js';
import { deviceGroups } from './device-gradients-graph.js';
import { loadGraph } from './step-strategy.js';

export interface DeviceUpdateGraphs {
  /** Gradients -> their norm. */
  readonly norm: Graph;
  /** Norm, gradients, state -> new state. */
  readonly update: Graph;
}

export function buildDeviceUpdateGraphs(
  trained: readonly ParameterSpec[],
  optimizer: OptimizerOptions,
  averaged: readonly ParameterSpec[] = [],
): DeviceUpdateGraphs {
  const update = buildUpdateGraph(trained, optimizer, averaged, { grouping: joinedTensors, normIsGiven: true });
  return { norm: buildNormGraph(trained, joinedTensors), update: writtenByKernels(update) };
}

/** @returns what `SessionThread.update` does for state in the processor's memory; the state does not change if the norm is not finite */
export async function loadDeviceUpdate(
  thread: SessionThread,
  trained: readonly ParameterSpec[],
  optimizer: OptimizerOptions,
  averaged: readonly ParameterSpec[],
): Promise<(update: AdamWUpdate) => Promise<number>> {
  const graphs = buildDeviceUpdateGraphs(trained, optimizer, averaged);
  await loadGraph(thread, 'gradient-norm', graphs.norm);
  await loadGraph(thread, 'update', graphs.update);
  const gradients = deviceGroups(trained).map(({ gradient }) => gradient);
  return async (update) => {
    const feeds = updateFeeds(update);
    const { [normName]: found } = await thread.run('gradient-norm', { [scaleName]: feeds[scaleName]! });
    const norm = Number(found!.data[0]);
    if (Number.isFinite(norm)) await thread.run('update', { ...feeds, [normName]: found! });
    await thread.deleteState(gradients);
    return norm;
  };
}
