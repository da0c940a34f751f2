/** The positive ranking loss: of any two levels, the stronger has the smaller falling cues (QualiCLIP, arXiv 2403.11176). */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import type { BatchLayout } from './levels.js';
import { rankingLoss } from './ranking.js';

/**
 * mean over levels i < j and crops k, l of max(0, margin - (s_p(i, k) - s_p(j, l)))
 * @param falling [crops, cues]
 */
export function positiveRankingLoss(graph: Graph, falling: Value, layout: BatchLayout, margin: number): Value {
  return rankingLoss(graph, falling, layout, margin, 1);
}
