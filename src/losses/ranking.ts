/** The margin ranking term that the positive and the negative loss share. */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import { arrangeByLevel, type BatchLayout, cropsPerLevel } from './levels.js';

/**
 * mean over photographs, levels i < j, crops k, l and cues of max(0, margin - direction (s(i, k) - s(j, l)))
 * @param cues [crops, cues]
 * @param direction 1 for cues that should fall as severity grows, -1 for those that should rise
 * @param margin in units of the cues, >= 0
 */
export function rankingLoss(graph: Graph, cues: Value, layout: BatchLayout, margin: number, direction: 1 | -1): Value {
  const { photographs, levels } = layout;
  const steps = levels + 1;
  const count = cues.shape[1] as number;
  const arranged = arrangeByLevel(graph, cues, layout);
  const milder = graph.add('Reshape', [arranged, graph.integers(photographs, steps, 1, cropsPerLevel, 1, count)]);
  const stronger = graph.add('Reshape', [arranged, graph.integers(photographs, 1, steps, 1, cropsPerLevel, count)]);
  const [upper, lower] = direction === 1 ? [milder, stronger] : [stronger, milder];
  const shortfall = graph.add('Relu', [graph.add('Sub', [graph.numbers('float32', margin), graph.add('Sub', [upper, lower])])]);
  const pairs = (steps * levels) / 2;
  const ordered = Array.from({ length: steps * steps }, (_, index) => (Math.floor(index / steps) < index % steps ? 1 : 0));
  const mask = graph.numbers('float32', ordered, [steps, steps, 1, 1, 1]);
  const total = graph.add('ReduceSum', [graph.add('Mul', [shortfall, mask])], { keepdims: 0 });
  return graph.add('Mul', [total, 1 / (photographs * pairs * cropsPerLevel ** 2 * count)]);
}
