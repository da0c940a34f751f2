/** The constants of MA-CLIP (arXiv 2511.09948): how a magnitude is measured, and how it is weighed against similarities. */

export interface FusionConstants {
  /** The exponent of the Box-Cox transform; 0: logarithm. */
  readonly magnitudeExponent: number;
  /** The logit of the weight of similarities where both cues are equal. */
  readonly similarityLogit: number;
  /** The logit of the weight of the magnitude where both cues are equal. */
  readonly magnitudeLogit: number;
  /** Strength with which the larger cue draws the weight towards itself. */
  readonly fusionStrength: number;
}

/** The authors' own. */
export const maClipConstants: FusionConstants = { magnitudeExponent: 0.5, similarityLogit: 1, magnitudeLogit: 0.6, fusionStrength: 1 };

/** The weight of the similarity cue, 0..1: softmax([similarityLogit + fusionStrength d, magnitudeLogit - fusionStrength d])[0]. */
export function similarityWeight(difference: number, { similarityLogit, magnitudeLogit, fusionStrength }: FusionConstants): number {
  return 1 / (1 + Math.exp(magnitudeLogit - similarityLogit - 2 * fusionStrength * difference));
}
