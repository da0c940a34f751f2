/** The consistency loss: two crops of one photograph, degraded alike, should score alike (QualiCLIP, arXiv 2403.11176). */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import { arrangeByLevel, type BatchLayout, cropsPerLevel } from './levels.js';

/**
 * mean over photographs, levels and cues of max(0, |s(i, 1) - s(i, 2)| - margin)
 * @param cues [crops, cues], in either direction
 * @param margin difference that is not punished, in units of the cues, >= 0
 */
export function consistencyLoss(graph: Graph, cues: Value, layout: BatchLayout, margin: number): Value {
  const arranged = arrangeByLevel(graph, cues, layout);
  const signs = graph.numbers('float32', [1, -1], [cropsPerLevel, 1]);
  const difference = graph.add('ReduceSum', [graph.add('Mul', [arranged, signs]), graph.integers(2)]);
  const excess = graph.add('Relu', [graph.add('Sub', [graph.add('Abs', [difference]), margin])]);
  return graph.add('ReduceMean', [excess], { keepdims: 0 });
}
