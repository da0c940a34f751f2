/** The constants of the magnitude head, as options. */
import { type FusionConstants, maClipConstants } from '../heads/fusion.js';
import type { HeadName } from '../heads/table.js';
import { number } from '../support/options/option-kinds.js';
import { type GivenOptions, type OptionTable, refuseGiven, resolveOptions } from '../support/options/option-table.js';

const reason = "MA-CLIP's";

export const fusionOptions = {
  magnitudeExponent: {
    kind: number({ min: -4, max: 4 }),
    placeholder: 'N',
    description: 'Box-Cox exponent of magnitudes',
    details: 'Lambda of the Box-Cox transform of magnitudes; 0: logarithm.',
    default: maClipConstants.magnitudeExponent,
    reason,
  },
  similarityLogit: {
    kind: number({ min: -20, max: 20 }),
    placeholder: 'N',
    description: 'start weight of similarities',
    details: 'For --head magnitude: the logit of the weight of similarities where both cues are equal.',
    default: maClipConstants.similarityLogit,
    reason,
  },
  magnitudeLogit: {
    kind: number({ min: -20, max: 20 }),
    placeholder: 'N',
    description: 'start weight of the magnitude',
    details: 'For --head magnitude: the logit of the weight of the magnitude where both cues are equal.',
    default: maClipConstants.magnitudeLogit,
    reason,
  },
  fusionStrength: {
    kind: number({ min: -20, max: 20 }),
    placeholder: 'N',
    description: 'pull of the larger cue',
    details: 'For --head magnitude: how far the larger cue draws the weight towards itself (alpha).',
    default: maClipConstants.fusionStrength,
    reason,
  },
} satisfies OptionTable;

/**
 * @param given the options that were given
 * @throws UserError for one that is of no use to the head.
 */
export function fusionOf(head: HeadName, given: GivenOptions): FusionConstants {
  if (head !== 'magnitude')
    refuseGiven(given, Object.keys(fusionOptions), `is for --head magnitude, but the head is ${head}. Leave it out`);
  return resolveOptions(fusionOptions, given).values;
}
