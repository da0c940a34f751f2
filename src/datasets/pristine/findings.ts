/** Turns measurements of an image that is claimed to be pristine into findings. */
import { leastTexture } from '../../images/texture.js';
import type { ImageTraits } from './image-traits.js';

/**
 * Thresholds lie between pristine images and their degraded versions. Among the 24 Kodak photographs, nothing is found in any, in 3 when they are reduced by 2
 * (fine patterns look like noise), and in 1 saved at JPEG quality 95; the blocks of 20 saved at 80 are found, and the enlargement by 1.5 of
 * 23. findings.test.ts measures these rates, on rendered images too.
 */
const thresholds = { jpegQuality: 90, blockiness: 0.065, resampling: 5, sharpDetail: 1.25, fineDetail: 0.72, noise: 2.5 } as const;

export const findingNames = ['compressed', 'enlarged', 'soft', 'noisy', 'plain'] as const;
export type FindingName = (typeof findingNames)[number];

export interface Finding {
  /** For people. */
  readonly about: string;
  /** The distance of an image from being free of it; found above 0. Larger is worse, within one finding. */
  excess(traits: ImageTraits): number;
  /** The measurement in a few words: `JPEG quality 71`. */
  measured(traits: ImageTraits): string;
}

export const findings: Readonly<Record<FindingName, Finding>> = {
  compressed: {
    about: 'saved as JPEG below quality 90, or with blocks of such a file',
    excess: ({ jpegQuality = 100, blockiness }) =>
      Math.max((thresholds.jpegQuality - jpegQuality) / 100, blockiness - thresholds.blockiness),
    measured: ({ jpegQuality, blockiness }) =>
      jpegQuality !== undefined && jpegQuality < thresholds.jpegQuality
        ? `JPEG quality ${jpegQuality}`
        : `steps ${(100 * blockiness).toFixed(0)} % steeper at blocks`,
  },
  enlarged: {
    about: 'enlarged: interpolated pixels, and little detail between neighbors',
    // Cameras interpolate colors, which leaves a period of 2 in sharp photographs too.
    excess: ({ resampling, fineDetail }) => (fineDetail < thresholds.sharpDetail ? resampling - thresholds.resampling : 0),
    measured: ({ resampling }) => `periodic pattern ${resampling.toFixed(0)} times the median`,
  },
  soft: {
    about: 'blurred or enlarged: even the sharpest parts lack detail between neighboring pixels',
    excess: ({ fineDetail }) => thresholds.fineDetail - fineDetail,
    measured: ({ fineDetail }) => `${fineDetail.toFixed(2)} of the detail of half the resolution`,
  },
  noisy: {
    about: 'white noise or grain',
    excess: ({ noise }) => noise - thresholds.noise,
    measured: ({ noise }) => `noise of ${noise.toFixed(1)} gray values`,
  },
  plain: {
    about: 'hardly any texture: distortions cannot be seen on it',
    excess: ({ texture }) => leastTexture - texture,
    measured: ({ texture }) => `texture of ${texture.toFixed(1)} gray values`,
  },
};

/** The findings in an image, in the order of `findingNames`. */
export function findingsIn(traits: ImageTraits): FindingName[] {
  return findingNames.filter((name) => findings[name].excess(traits) > 0);
}
