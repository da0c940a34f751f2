/** The gradients graph in the form that GPUs compute: of kernels that they have, and of few. */
import type { Graph } from '../../graph/graph.js';
import { joinVectors } from '../../graph/join-vectors.js';
import { plainBatchNormalization } from '../../graph/plain-batch-normalization.js';
import type { Device } from '../../runtime/device.js';
import { buildGradientsGraph, type LossGraph } from '../gradients-graph.js';
import { buildMixedGradientsGraph } from './mixed-gradients-graph.js';

export interface DeviceGradientsOptions {
  readonly device: Device;
  /** Default: `fp32`. */
  readonly precision?: 'fp32' | 'mixed' | undefined;
  /** See `recomputeForward`; in fp32 only. */
  readonly recompute?: boolean | undefined;
}

export function buildDeviceGradientsGraph(losses: LossGraph, { device, precision, recompute }: DeviceGradientsOptions): Graph {
  if (precision === 'mixed') return buildMixedGradientsGraph(losses, device);
  return joinVectors(plainBatchNormalization(buildGradientsGraph(losses, recompute)));
}
