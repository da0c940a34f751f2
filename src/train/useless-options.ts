/** Options that others leave without an effect: what is given is used, or refused. */
import { UserError } from '../support/errors.js';
import { type GivenOptions, nameGiven, type OptionValues, withoutSavedForm } from '../support/options/option-table.js';
import { noPairs } from './options/data-options.js';
import { noOpinions } from './options/opinion-options.js';
import { type TrainOptions, trainOptions } from './options.js';

type Key = keyof TrainOptions;

interface Rule {
  readonly keys: readonly Key[];
  isUsed(options: TrainOptions): boolean;
  /** Completes a sentence that begins with the name of the option. */
  reason(options: TrainOptions): string;
}

const compares = ({ head }: TrainOptions): boolean => head === 'prompts' || head === 'magnitude';

/** Of heads: an export without training has them, too. */
const headRules: readonly Rule[] = [
  { keys: ['prompts'], isUsed: compares, reason: ({ head }) => `is for a head that compares with prompts: the head ${head} has none` },
  {
    keys: ['activation', 'gateGamma', 'headWeights'],
    isUsed: ({ head }) => head === 'mlp',
    reason: ({ head }) => `is for --head mlp, but the head is ${head}`,
  },
];

const trainingRules: readonly Rule[] = [
  ...headRules,
  {
    keys: ['lrHead'],
    isUsed: ({ head, prompts }) => !compares({ head } as TrainOptions) || prompts.startsWith('learnable'),
    reason: ({ head, prompts }) => `is for a head with parameters of its own: --head ${head} with --prompts ${prompts} has none`,
  },
  {
    keys: ['maxDistortions', 'sampling', 'pristineLevel', 'marginConsistency', 'marginRank', 'chooseOn'],
    isUsed: ({ opinion }) => opinion === noOpinions,
    reason: () => 'is for label-free training, and --opinion is given',
  },
  {
    keys: ['exclude'],
    isUsed: ({ pairs }) => pairs === noPairs,
    reason: () => 'is for photographs of which pairs are made, and --pairs has them',
  },
  {
    keys: ['tf32'],
    isUsed: ({ device }) => device === 'cuda' || device === 'auto',
    reason: ({ device }) => `is for --device cuda, but the device is ${device}`,
  },
];

/**
 * @param values of `given`, and the defaults
 * @param isTrained false where a model is exported as it is
 * @throws UserError for an option that was given, has another value than the default, and changes nothing.
 */
export function requireUseful(values: OptionValues<typeof trainOptions>, given: GivenOptions, isTrained = true): void {
  const meant = withoutSavedForm(given);
  for (const { keys, isUsed, reason } of isTrained ? trainingRules : headRules) {
    if (isUsed(values)) continue;
    for (const key of keys) {
      const name = values[key] === trainOptions[key].default ? undefined : nameGiven(key, meant);
      if (name !== undefined) throw new UserError(`${name} ${reason(values)}. Leave it out.`);
    }
  }
}
