/** The gradients graph in mixed precision, as the device at hand computes half precision. */
import type { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/operator.js';
import { lowerConvolutions } from '../../lowering/convolution/lower-convolutions.js';
import { joinVectors } from '../../lowering/cpu/join-vectors.js';
import { inPlainNodes } from '../../lowering/device/in-plain-nodes.js';
import { lowerMeans } from '../../lowering/lower-means.js';
import { halves, roundedSingles } from '../../lowering/precision/half-numbers.js';
import { inMixedPrecision, longestHalfSum, type MixedPrecisionOptions } from '../../lowering/precision/mixed-precision.js';
import type { Device } from '../../runtime/devices/device-names.js';
import { buildScaledGradientsGraph, type LossGraph } from '../graphs/gradients-graph.js';

/**
 * CUDA's libraries add up in float32, WebGPU's kernels in half precision. The processor has no kernels of half precision: it computes in
 * float32 and rounds every result, which is slower than float32 alone and shows what a GPU would do.
 */
const arithmetic: Readonly<Record<Device, MixedPrecisionOptions>> = {
  cpu: { numbers: roundedSingles, longestSum: Number.POSITIVE_INFINITY },
  webgpu: { numbers: halves, longestSum: longestHalfSum },
  cuda: { numbers: halves, longestSum: Number.POSITIVE_INFINITY },
};

/** A further input is the loss scale: see `buildScaledGradientsGraph`. */
export function buildMixedGradientsGraph(losses: LossGraph, device: Device): Graph {
  const { graph: named, kept, known } = buildScaledGradientsGraph(losses);
  const keptCopies = new Set<Node>();
  const convolving = lowerConvolutions(named, device, (node, copy) => kept.has(node) && keptCopies.add(copy));
  const graph = inMixedPrecision({ graph: convolving, kept: keptCopies, known }, arithmetic[device]);
  const lowered = lowerMeans(graph);
  return joinVectors(device === 'cpu' ? lowered : inPlainNodes(lowered, device));
}
