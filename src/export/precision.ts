/** In which precision a model is exported: from the float32 scoring graph to one whose file is a half or a quarter of the size. */
import type { Graph } from '../graph/graph.js';
import { constantValues } from '../graph/precision/constant-values.js';
import { inHalfPrecision } from '../graph/precision/half-precision.js';
import { withInt8Weights } from '../graph/precision/int8-weights.js';
import type { PrecisionSource } from '../graph/precision/rewritten-graph.js';
import type { ScoringModel } from './scoring-model.js';

export const precisions = ['fp32', 'fp16', 'int8'] as const;
export type Precision = (typeof precisions)[number];
/** Those that change scores. */
export type ReducedPrecision = Exclude<Precision, 'fp32'>;

const rewritings: Readonly<Record<ReducedPrecision, (source: PrecisionSource) => Graph>> = {
  fp16: inHalfPrecision,
  int8: withInt8Weights,
};

/** The same model, uint8 pixels in, float32 score out; the head and the preparation of pixels stay in float32. */
export async function reducePrecision({ graph, embedding }: ScoringModel, precision: ReducedPrecision): Promise<Graph> {
  return rewritings[precision]({ graph, known: await constantValues(graph), until: embedding });
}
