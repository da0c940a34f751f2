/** The ranking loss across photographs: what makes scores of different photographs comparable where the weights do not. */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import { arrangeByLevel, type BatchLayout, cropsPerLevel } from './levels.js';

/**
 * Levels of two photographs are compared from this distance on: half of the way from pristine to the strongest. Distortions differ in how
 * visible they are at one level; this far apart the order hardly ever depends on which ones they are.
 */
function comparedFrom(levels: number): number {
  return Math.ceil((levels + 1) / 2);
}

/**
 * mean over photographs p != q, levels j - i >= comparedFrom(L), crops k, l and cues of max(0, margin - direction (s(p, i, k) - s(q, j, l)))
 * @param cues [crops, cues]
 * @param layout of two photographs or more
 * @param direction 1 for cues that should fall as severity grows, -1 for those that should rise
 * @param margin in units of the cues, >= 0
 */
export function acrossRankingLoss(graph: Graph, cues: Value, layout: BatchLayout, margin: number, direction: 1 | -1): Value {
  const { photographs, levels } = layout;
  if (photographs < 2) throw new RangeError(`ranking across photographs needs two of them, but received ${photographs}`);
  const steps = levels + 1;
  const count = cues.shape[1] as number;
  const arranged = arrangeByLevel(graph, cues, layout);
  const milder = graph.add('Reshape', [arranged, graph.integers(photographs, 1, steps, 1, cropsPerLevel, 1, count)]);
  const stronger = graph.add('Reshape', [arranged, graph.integers(1, photographs, 1, steps, 1, cropsPerLevel, count)]);
  const [upper, lower] = direction === 1 ? [milder, stronger] : [stronger, milder];
  const shortfall = graph.add('Relu', [graph.add('Sub', [graph.numbers('float32', margin), graph.add('Sub', [upper, lower])])]);
  const compared = Array.from({ length: photographs ** 2 * steps ** 2 }, (_, index) => {
    const [level, other] = [Math.floor(index / steps) % steps, index % steps];
    const pair = Math.floor(index / steps ** 2);
    return Math.floor(pair / photographs) !== pair % photographs && other - level >= comparedFrom(levels) ? 1 : 0;
  });
  const mask = graph.numbers('float32', compared, [photographs, photographs, steps, steps, 1, 1, 1]);
  const total = graph.add('ReduceSum', [graph.add('Mul', [shortfall, mask])], { keepdims: 0 });
  const terms = compared.reduce<number>((sum, value) => sum + value, 0) * cropsPerLevel ** 2 * count;
  return graph.add('Mul', [total, 1 / terms]);
}
