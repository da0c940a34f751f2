/** What `antonym score` says of an image beside its score, and of the model that gives it. */
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
  /** What the reasons told so far cannot tell apart; undefined where nothing is to be said. */
  limits(): string | undefined;
}

export function scoreDescriber(description: ModelDescription, meaning: boolean): ScoreDescriber {
  const opinion = opinionMapOf(description);
  const seen = opinionsSeen(description);
  const told = new Set<string>();
  return {
    notes: [
      ...(seen === undefined
        ? []
        : [`The model ${seen}${opinion ? ` of ${opinion.name}: score, then opinion (${opinion.direction})` : ''}`]),
      ...(meaning && description.scorePercentiles.length < 2 ? ['model.json has no scores of crops: what a score means is not known'] : []),
    ],
    describe(image, score, degradations) {
      const likeness = meaning ? likenessOf(score, description) : undefined;
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
