/** The entry of `model.json` about the output `degradations`. */
import { degradationGroups, degradationsOutput } from '../../heads/degradation-groups.js';
import type { ModelDescription } from '../model-description.js';
import type { DegradationFit } from './fit-degradations.js';

export function describeDegradations({ thresholds, figures }: DegradationFit): NonNullable<ModelDescription['degradations']> {
  return { output: degradationsOutput, groups: [...degradationGroups], thresholds, measured: figures };
}
