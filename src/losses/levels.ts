/** Cues of a batch, laid out by photograph, severity level and crop. */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';

/** The layout of the crops that are ranked. */
export interface BatchLayout {
  readonly photographs: number;
  /** Severity levels beyond the mildest, which is the pristine one (0) unless that is left out. */
  readonly levels: number;
}

/** Crops of each photograph at each level. */
export const cropsPerLevel = 2;

/** The number of crops in a batch. */
export function cropCount({ photographs, levels }: BatchLayout): number {
  return photographs * (levels + 1) * cropsPerLevel;
}

/** [crops, cues] -> [photographs, levels + 1, 2, cues] */
export function arrangeByLevel(graph: Graph, cues: Value, { photographs, levels }: BatchLayout): Value {
  return graph.add('Reshape', [cues, graph.integers(photographs, levels + 1, cropsPerLevel, cues.shape[1] as number)]);
}
