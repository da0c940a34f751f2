/** The words of `antonym score` about an image beside its score, and about the model that gives it. */
import type { ModelDescription } from '../../export/model-description.js';
import { opinionsSeen } from '../../export/opinions-seen.js';
import { type Degradations, describeLimits, describeReasons, reasonsOf } from '../../score/degradations.js';
import { likenessOf } from '../../score/likeness.js';
import { opinionMapOf } from '../../score/opinion-map.js';
import type { Scored } from './score-output.js';

export interface ScoreDescriber {
  /** Sentences about the model, for the beginning. */
  readonly notes: readonly string[];
  describe(image: string, score: number, degradations: Degradations | undefined): Scored;
  /** A sentence about what the reasons told so far cannot tell apart; undefined where nothing is to be said. */
  limits(): string | undefined;
}

/** @param meaning true where it is told that the words for a score are not known */
export function scoreDescriber(description: ModelDescription, meaning: boolean): ScoreDescriber {
  const opinion = opinionMapOf(description);
  const seen = opinionsSeen(description);
  const told = new Set<string>();
  return {
    notes: [
      ...(seen === undefined
        ? []
        : [`The model ${seen}${opinion ? ` of ${opinion.name}: score, then opinion (${opinion.direction})` : ''}`]),
      ...(meaning && likenessOf(0, description) === undefined
        ? ['model.json has no scores of crops that fall with their severity: what a score is like is not known']
        : []),
    ],
    describe(image, score, degradations) {
      const likeness = likenessOf(score, description);
      const reasons = degradations && description.degradations && reasonsOf(degradations, description.degradations);
      for (const { group } of reasons ?? []) told.add(group);
      return {
        image,
        score,
        ...(opinion && { opinion: opinion.of(score) }),
        ...(likeness && { likeness }),
        ...(reasons && { why: describeReasons(reasons), degradations: degradations! }),
      };
    },
    limits: () => describeLimits(told),
  };
}
