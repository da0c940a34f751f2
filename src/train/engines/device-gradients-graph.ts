/** The gradients graph in the form that GPUs compute: kernels that they have, and few of them. */

import type { ParameterSpec } from '../../backbones/parameters.js';
import type { Graph } from '../../graph/graph.js';
import { nextPrefix } from '../../graph/state-names.js';
import { joinVectors } from '../../lowering/cpu/join-vectors.js';
import { inPlainNodes } from '../../lowering/device/in-plain-nodes.js';
import { writtenByKernels } from '../../lowering/device/outputs-in-place.js';
import { lowerGradients } from '../../lowering/lower-gradients.js';
import { withOutputs } from '../../lowering/rewrite-nodes.js';
import type { Device } from '../../runtime/devices/device-names.js';
import { buildGradientsGraph, type LossGraph, recomputedOn, trainedSpecs } from '../graphs/gradients-graph.js';
import { gradientName } from '../graphs/state.js';
import { joinedTensors, type TensorGroup, updateGroups } from '../graphs/tensor-groups.js';
import { buildMixedGradientsGraph } from './mixed-gradients-graph.js';

export interface DeviceGradientsOptions {
  readonly device: Exclude<Device, 'cpu'>;
  /** Default: `fp32`. */
  readonly precision?: 'fp32' | 'mixed' | undefined;
  /** See `recomputeForward`; in fp32 only. */
  readonly recompute?: boolean | undefined;
}

/** Beside the losses its outputs are `next.<gradient>` of the groups of `deviceGroups`. */
export function buildDeviceGradientsGraph(losses: LossGraph, { device, precision, recompute }: DeviceGradientsOptions): Graph {
  const graph =
    precision === 'mixed'
      ? buildMixedGradientsGraph(losses, device)
      : joinVectors(inPlainNodes(lowerGradients(buildGradientsGraph(losses, recomputedOn(device, recompute)), device), device));
  return writtenByKernels(joinGradients(graph, deviceGroups(trainedSpecs(losses.parameters))));
}

/** The tensors that a device computes in one. */
export function deviceGroups(trained: readonly ParameterSpec[]): readonly TensorGroup[] {
  return updateGroups(trained, joinedTensors);
}

function joinGradients(source: Graph, groups: readonly TensorGroup[]): Graph {
  const ofTensor = ({ name }: ParameterSpec): string => `${nextPrefix}${gradientName(name)}`;
  const isJoined = new Set(groups.flatMap(({ specs }) => specs.map(ofTensor)));
  return withOutputs(source, (target, copyOf) => {
    for (const [name, value] of source.outputs) if (!isJoined.has(name)) target.output(name, copyOf(value));
    for (const { specs, gradient, join } of groups) {
      const values = specs.map((spec) => copyOf(source.outputs.get(ofTensor(spec))!));
      target.output(`${nextPrefix}${gradient}`, join(target, values));
    }
  });
}
