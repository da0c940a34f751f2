/** The words that say that a model saw opinions of people, for every place that names it: it never passes for a label-free one. */
import type { ModelDescription } from './model-description.js';

/** @returns `saw 160 opinions`; `saw opinions` where their number is not known; undefined for a label-free model */
export function opinionsSeen({ opinion, trainedOpinions }: Pick<ModelDescription, 'opinion' | 'trainedOpinions'>): string | undefined {
  if (!opinion && !trainedOpinions) return undefined;
  const images = trainedOpinions?.images;
  const count = (opinion?.images ?? 0) + (images ? images.training + images.validation : 0);
  return trainedOpinions && !images ? 'saw opinions' : `saw ${count} opinions`;
}
