/** How often the distortions of a pool are drawn. */
import type { RandomStream } from '../support/random.js';
import type { DistortionGroup } from './distortion.js';
import { type DistortionName, distortions } from './distortions/table.js';

/**
 * `uniform`: every group alike, and every distortion of it, as in QualiCLIP. `weighted`: the same for several distortions together; one alone
 * is drawn by weight.
 */
export const samplings = ['uniform', 'weighted'] as const;
export type Sampling = (typeof samplings)[number];

/**
 * How often `weighted` draws a distortion alone, relative to the others: more often those that a small encoder learns slowly, which stronger
 * ones hide where several are together. docs/evaluation.md has the figures.
 */
const weightsAlone: Partial<Readonly<Record<DistortionName, number>>> = {
  'motion-blur': 2,
  'color-diffusion': 2,
  'color-saturation-hsv': 2,
  jpeg: 12,
  brighten: 2,
  darken: 2,
  'mean-shift': 2,
  'non-eccentricity-patch': 2,
  'color-block': 2,
  'linear-contrast-change': 2,
  'nonlinear-contrast-change': 2,
};

/**
 * Draws 1..maxDistortions distortions of different groups, in random order, each as it is asked for: a stream may give other draws between.
 * @param pool not empty
 */
export function* drawDistortions(
  random: RandomStream,
  pool: readonly DistortionName[],
  maxDistortions: number,
  sampling: Sampling,
): Generator<DistortionName> {
  const groups = new Map<DistortionGroup, DistortionName[]>();
  for (const name of pool) {
    const { group } = distortions[name];
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  const count = 1 + random.integer(Math.min(maxDistortions, groups.size));
  if (sampling === 'weighted' && count === 1)
    yield random.choice(pool.flatMap((name) => Array<DistortionName>(weightsAlone[name] ?? 1).fill(name)));
  else for (const names of random.shuffle([...groups.values()]).slice(0, count)) yield random.choice(names);
}
