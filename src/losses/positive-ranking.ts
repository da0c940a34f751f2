/** The positive ranking loss: cues that should fall as severity grows, such as similarity to positive prompts, do (QualiCLIP, arXiv 2403.11176). */
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
