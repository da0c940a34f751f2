/** From the score of a model that saw opinions to an opinion on their scale. */
import type { ModelDescription } from '../export/model-description.js';
import { mapped } from '../statistics/monotonic-map.js';

export interface OpinionMap {
  /** The table of opinions. */
  readonly name: string;
  readonly direction: 'higher is better' | 'lower is better';
  /** @param score 0..1 of a whole image */
  of(score: number): number;
}

/** Scores of 0 and 1 are taken for these: the logit of a float32 that is no further from them. */
const nearest = 2 ** -24;

/**
 * Undefined where the model is label-free, or the scale of the opinions that it saw is not known. A calibrated model has a map of its own; in one
 * that was trained with opinions the score is 1 / (1 + exp(-scale (z - 1/2))), where z goes from 0 (worst) to 1 (best).
 */
export function opinionMapOf({ opinion, trainedOpinions, scale }: ModelDescription): OpinionMap | undefined {
  if (opinion) return { name: opinion.name, direction: opinion.direction, of: (score) => mapped(opinion.map, score) };
  const { name, range, direction } = trainedOpinions ?? {};
  if (name === undefined || !range || !direction) return undefined;
  const [worst, best] = range;
  return {
    name,
    direction,
    of(score) {
      const inside = Math.min(1 - nearest, Math.max(nearest, score));
      return worst + (best - worst) * (0.5 + Math.log(inside / (1 - inside)) / scale);
    },
  };
}
