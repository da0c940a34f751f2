/** The negative ranking loss: of any two levels, the stronger has the larger rising cues (QualiCLIP, arXiv 2403.11176). */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import type { BatchLayout } from './levels.js';
import { rankingLoss } from './ranking.js';

/**
 * mean over levels i < j and crops k, l of max(0, margin - (s_n(j, l) - s_n(i, k)))
 * @param rising [crops, cues]
 */
export function negativeRankingLoss(graph: Graph, rising: Value, layout: BatchLayout, margin: number): Value {
  return rankingLoss(graph, rising, layout, margin, -1);
}
