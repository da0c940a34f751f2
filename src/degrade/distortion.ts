/** What a distortion is: a severity curve, the sampling of parameters, and a pure function over pixels. */
import type { Image } from '../datasets/image.js';
import type { RandomStream } from '../support/random.js';

/** The seven groups of KADID-10k; a composition takes at most one distortion from each. */
export const distortionGroups = ['blur', 'color', 'compression', 'noise', 'brightness', 'spatial', 'sharpness-contrast'] as const;
export type DistortionGroup = (typeof distortionGroups)[number];

/** Sampled once per composition, shared by all levels and both crops, and written to manifests: plain JSON. */
export type DistortionParameters = Readonly<Record<string, number>>;

export interface Distortion {
  readonly name: string;
  readonly group: DistortionGroup;
  /** What the strength is and its unit, for people: `standard deviation of the kernel, pixels`. */
  readonly strength: string;
  /** Strengths through which the severity curve passes, mildest first, ordered by visible effect; see `severity.ts`. */
  readonly severities: readonly number[];
  /** The draws that all levels and both crops share (directions, signs, noise seeds). */
  sample(random: RandomStream): DistortionParameters;
  /** A new image of the same size. Pure: the same arguments give the same pixels. */
  apply(image: Image, strength: number, parameters: DistortionParameters): Image | Promise<Image>;
}
