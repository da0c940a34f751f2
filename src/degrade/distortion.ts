/** Parts of a distortion: a severity curve, the parameters to draw, and a pure function over pixels. */
import type { Image } from '../images/image.js';
import type { RandomStream } from '../support/random.js';

/** The seven groups of KADID-10k, and our own for today's pipelines; a composition takes at most one distortion from each. */
export const distortionGroups = [
  'blur',
  'color',
  'compression',
  'noise',
  'brightness',
  'spatial',
  'sharpness-contrast',
  'pipeline',
] as const;
export type DistortionGroup = (typeof distortionGroups)[number];

/** A kind of number that a distortion draws once per composition. */
export interface DistortionParameter {
  /** Meaning, unit and range, for people. */
  readonly about: string;
  sample(random: RandomStream): number;
  /** True for a number, read from a file, that `sample` could have drawn. */
  accepts(value: number): boolean;
}

/** Drawn once per composition, shared by all levels and both crops, and written to manifests: plain JSON. */
export type DistortionParameters = Readonly<Record<string, number>>;

export interface Distortion<Parameters extends string = string> {
  readonly group: DistortionGroup;
  /** Meaning and unit of the strength, for people: `standard deviation of the kernel, pixels`. */
  readonly strength: string;
  /** Strengths through which the severity curve passes, mildest first, ordered by visible effect; see `severity.ts`. */
  readonly severities: readonly number[];
  /** The draws that all levels and both crops share (directions, signs, noise seeds). */
  readonly parameters: Readonly<Record<Parameters, DistortionParameter>>;
  /** A new image of the same size. Pure: the same arguments give the same pixels. */
  apply(image: Image, strength: number, parameters: Readonly<Record<Parameters, number>>): Image | Promise<Image>;
}
