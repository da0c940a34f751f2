/** Crops whose distortions are known, as the fit of `degradations` sees them. */
import type { DistortionGroup } from '#antonym/degrade/distortion.js';
import { type DistortionName, distortions } from '#antonym/degrade/distortions/table.js';
import type { DegradationGroup } from '#antonym/heads/degradation-groups.js';

export interface KnownDistortion {
  readonly name: DistortionName;
  /** The direction of one that has two, such as of a shift of brightness: 1 or -1; of others 1. */
  readonly sign: number;
  /** Severity level by the strongest: above 0, up to 1. */
  readonly strength: number;
}

export interface DegradationSample {
  /** The photograph that it is of. */
  readonly image: string;
  readonly features: ArrayLike<number>;
  /** Empty: pristine. */
  readonly distortions: readonly KnownDistortion[];
}

/** The look of distortions of today's pipelines. */
const pipeline: Readonly<Partial<Record<DistortionName, DegradationGroup>>> = {
  webp: 'compression',
  avif: 'compression',
  'double-jpeg': 'compression',
  'downscale-upscale': 'blur',
  'chroma-subsampling': 'color',
  banding: 'spatial',
  'sensor-noise': 'noise',
};

/** The group under which a distortion is reported. */
export function groupOf(name: DistortionName): DegradationGroup {
  return pipeline[name] ?? (distortions[name].group as Exclude<DistortionGroup, 'pipeline'>);
}
