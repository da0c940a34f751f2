/**
 * Words for what is wrong with an image, and its strength by group, from the output `degradations` of a model; a browser loads this file as
 * it is.
 */
import type { ModelDescription } from '../export/model-description.js';

/** Strength of each group of distortions, 0 (none) to 1, by the group's name: `{ blur: 0, noise: 0.71, ... }`. */
export type Degradations = Readonly<Record<string, number>>;

/** A group that is reported. */
export interface Reason {
  readonly group: string;
  /** 0..1 */
  readonly strength: number;
}

type Described = NonNullable<ModelDescription['degradations']>;

/** From here on a group is the main thing that is wrong. */
const much = 0.5;

/** @param values in the order of the groups */
export function degradationsByGroup(values: ArrayLike<number>, { groups }: Pick<Described, 'groups'>): Degradations {
  return Object.fromEntries(groups.map((group, index) => [group, values[index]!]));
}

/** The groups at or above their thresholds, which few pristine photographs reach; the strongest first. */
export function reasonsOf(degradations: Degradations, { groups, thresholds }: Pick<Described, 'groups' | 'thresholds'>): Reason[] {
  return groups
    .map((group, index) => ({ group, strength: degradations[group]!, threshold: thresholds[index]! }))
    .filter(({ strength, threshold }) => strength >= threshold)
    .map(({ group, strength }) => ({ group, strength }))
    .sort((a, b) => b.strength - a.strength);
}

/** `mostly noise (.7), some compression (.3)`; `nothing stands out` where no group reaches its threshold. */
export function describeReasons(reasons: readonly Reason[]): string {
  if (reasons.length === 0) return 'nothing stands out';
  return reasons
    .map(({ group, strength }, index) => {
      const amount = strength < much ? 'some' : index === 0 ? 'mostly' : 'much';
      return `${amount} ${nameOfGroup(group)} (${digits(strength)})`;
    })
    .join(', ');
}

/** Causes that look alike: nobody sees in the pixels which it was. */
const lookAlike: Readonly<Record<string, string>> = {
  blur: 'defocus from motion',
  noise: 'the grain of a film from the noise of a sensor',
  brightness: 'a picture that is meant to be dark or bright from one that became so',
};

/** A sentence about what cannot be told about groups that are reported; undefined where nothing is to be said. */
export function describeLimits(groups: ReadonlySet<string>): string | undefined {
  const causes = Object.keys(lookAlike).flatMap((group) => (groups.has(group) ? [lookAlike[group]!] : []));
  if (causes.length === 0) return undefined;
  return `The pixels do not tell ${[causes.slice(0, -1).join(', '), ...causes.slice(-1)].filter((part) => part !== '').join(', or ')}.`;
}

/** For people. */
export function nameOfGroup(group: string): string {
  return ({ spatial: 'spatial defects', 'sharpness-contrast': 'sharpness or contrast' } as Record<string, string>)[group] ?? group;
}

/** `.7`; `1.0` */
function digits(strength: number): string {
  return strength.toFixed(1).replace(/^0/, '');
}
