/** The model card's entry on an evaluation against opinions. */
import type { Evaluation } from '../evaluate/evaluation.js';
import type { OpinionResult } from '../export/model-card.js';

type Measured = Pick<Evaluation['measures'][number], 'name' | 'kind' | 'srcc' | 'plcc'>;

/** @param own the measures of the card's model */
export function opinionResult(evaluation: { opinion: Evaluation['opinion']; measures: readonly Measured[] }, own: Measured): OpinionResult {
  const { opinion, measures } = evaluation;
  const [baseline] = measures.filter(({ kind }) => kind === 'baseline').sort((a, b) => (b.srcc.value ?? -1) - (a.srcc.value ?? -1));
  return {
    benchmark: opinion.name,
    images: opinion.images,
    srcc: own.srcc,
    plcc: own.plcc.value,
    ...(baseline && { baseline: { name: baseline.name, srcc: baseline.srcc.value } }),
  };
}
