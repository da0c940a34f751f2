/** Rewrites a finished graph for devices: nodes that have no kernel there become several that have one. */
import type { Graph } from '../../graph/graph.js';
import { plainBatchNormalization } from './plain-batch-normalization.js';
import { plainMaxPoolGradient } from './plain-max-pool-gradient.js';

export function inPlainNodes(source: Graph, device: 'webgpu' | 'cuda'): Graph {
  const normalized = plainBatchNormalization(source);
  return device === 'webgpu' ? plainMaxPoolGradient(normalized) : normalized;
}
