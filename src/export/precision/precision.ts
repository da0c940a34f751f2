/** The precision in which a model is exported: from the float32 scoring graph to one whose file is a half or a quarter of the size. */
import type { Graph } from '../../graph/graph.js';
import { inHalfPrecision, roundedToHalfPrecision } from '../../lowering/precision/half-precision.js';
import { withInt8Weights } from '../../lowering/precision/int8-weights.js';
import { nodesFrom, type PrecisionSource } from '../../lowering/precision/precision-source.js';
import type { ScoringModel } from '../scoring-model.js';
import { constantValues } from './constant-values.js';
import type { ReducedPrecision } from './precisions.js';

interface Rewritings {
  /** The computation of the file. */
  readonly file: (source: PrecisionSource) => Graph;
  /** The same as other devices compute it, where the CPU computes more exactly than they do. */
  readonly elsewhere?: (source: PrecisionSource) => Graph;
}

const rewritings: Readonly<Record<ReducedPrecision, Rewritings>> = {
  fp16: { file: inHalfPrecision, elsewhere: roundedToHalfPrecision },
  int8: { file: withInt8Weights },
};

export interface ReducedModel {
  readonly graph: Graph;
  readonly elsewhere: Graph | undefined;
}

/** The same model, uint8 pixels in, float32 score out; the head and the preparation of pixels stay in float32. */
export async function reducePrecision({ graph, embedding }: ScoringModel, precision: ReducedPrecision): Promise<ReducedModel> {
  const source: PrecisionSource = { graph, known: await constantValues(graph), kept: nodesFrom(graph, embedding) };
  const { file, elsewhere } = rewritings[precision];
  return { graph: file(source), elsewhere: elsewhere?.(source) };
}
