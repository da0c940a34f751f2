/** The gradients graph in the form that GPUs compute: what they have no kernels for is made of what they have. */
import type { Graph } from '../../graph/graph.js';
import { plainBatchNormalization } from '../../graph/plain-batch-normalization.js';
import { buildGradientsGraph, type LossGraph } from '../gradients-graph.js';

/** @param recompute see `recomputeForward` */
export function buildDeviceGradientsGraph(losses: LossGraph, recompute = false): Graph {
  return plainBatchNormalization(buildGradientsGraph(losses, recompute));
}
