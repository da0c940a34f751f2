/**
 * The severity tables of KADID-10k as its authors published them, for those who train or measure exactly as published: docs/distortions.md has
 * them beside ours, with the reason for each difference.
 */
import { UserError } from '../support/errors.js';
import { type DistortionName, distortions } from './distortions/table.js';

/** `ordered`: every level is visible and stronger than the one before. `kadid`: as published. */
export const severityTables = ['ordered', 'kadid'] as const;
export type SeverityTable = (typeof severityTables)[number];

/**
 * The levels of KADID-10k (Lin et al. 2019, as in the programs of ARNIQA and QualiCLIP), in the units of our distortions. Two are converted:
 * a displacement applied five times has √5 times the deviation; pixelation by s leaves blocks of 1 / (0.95 - s^0.6) pixels.
 */
const published: Partial<Readonly<Record<DistortionName, readonly number[]>>> = {
  'gaussian-blur': [0.1, 0.5, 1, 2, 5],
  'lens-blur': [1, 2, 4, 6, 8],
  'motion-blur': [1, 2, 4, 6, 10],
  'color-diffusion': [1, 3, 6, 8, 12],
  'color-shift': [1, 3, 6, 8, 12],
  'color-saturation-hsv': [0.4, 0.2, 0.1, 0, -0.4],
  'color-saturation-lab': [1, 2, 3, 6, 9],
  jpeg2000: [16, 32, 45, 120, 170],
  jpeg: [43, 36, 24, 7, 4],
  'white-noise': [0.001, 0.002, 0.003, 0.005, 0.01],
  'white-noise-ycbcr': [0.0001, 0.0005, 0.001, 0.002, 0.003],
  'impulse-noise': [0.001, 0.005, 0.01, 0.02, 0.03],
  'multiplicative-noise': [0.001, 0.005, 0.01, 0.02, 0.05],
  brighten: [0.1, 0.2, 0.4, 0.7, 1.1],
  darken: [0.05, 0.1, 0.2, 0.4, 0.8],
  'mean-shift': [0, 0.08, -0.08, 0.15, -0.15],
  jitter: [0.05, 0.1, 0.2, 0.5, 1].map((deviation) => deviation * Math.sqrt(5)),
  'non-eccentricity-patch': [20, 40, 60, 80, 100],
  pixelate: [0.01, 0.05, 0.1, 0.2, 0.5].map((strength) => 1 / (0.95 - strength ** 0.6)),
  quantization: [20, 16, 13, 10, 7],
  'color-block': [2, 4, 6, 8, 10],
  'high-sharpen': [1, 2, 3, 6, 12],
  'linear-contrast-change': [0, 0.15, -0.4, 0.3, -0.6],
  'nonlinear-contrast-change': [0.4, 0.3, 0.2, 0.1, 0.05],
};

/** Tables whose levels turn back: the sign alternates, and no level is stronger than all before it. */
const unordered: readonly DistortionName[] = ['mean-shift', 'linear-contrast-change'];
/** Tables whose first level leaves (almost) every byte as it is. */
const pristineAtFirst: readonly DistortionName[] = ['gaussian-blur', 'motion-blur', 'color-saturation-lab'];

/**
 * The strengths through which a distortion's severity passes.
 * @throws UserError where KADID-10k has no such distortion
 */
export function severitiesOf(name: DistortionName, table: SeverityTable = 'ordered'): readonly number[] {
  if (table === 'ordered') return distortions[name].severities;
  const severities = published[name];
  if (severities) return severities;
  throw new UserError(`KADID-10k has no table for ${name}: leave it out of --distortion, or leave out --severity kadid.`);
}

/**
 * Requires that levels can be ranked.
 * @param withPristine true where the pristine crop is ranked above level 1
 * @throws UserError with the reason where they cannot.
 */
export function requireRankable(names: readonly DistortionName[], table: SeverityTable, withPristine: boolean): void {
  for (const name of names) severitiesOf(name, table);
  if (table === 'ordered') return;
  const turning = names.filter((name) => unordered.includes(name));
  if (turning.length > 0) {
    const tables = turning.map((name) => `${name} (${severitiesOf(name, table).join(', ')})`).join(' and ');
    throw new UserError(
      `The levels of ${tables} in KADID-10k's tables do not grow in order, so that they cannot be ranked. ` +
        `Leave them out: --distortion kadid-10k,${unordered.map((name) => `-${name}`).join(',')}.`,
    );
  }
  const same = names.filter((name) => pristineAtFirst.includes(name));
  if (withPristine && same.length > 0) {
    throw new UserError(
      `The first level of ${same.join(', ')} in KADID-10k's tables leaves a picture as it is, so that it cannot rank below the pristine one. ` +
        'Give --pristine-level off, as in QualiCLIP.',
    );
  }
}
