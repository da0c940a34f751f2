/** The choices behind the shipped model, each made without opinions: see docs/shipped-model.md. */

/** Name of the folder in `models/`. */
export const modelName = 'capture';

/** Its training data. */
export const pristine = {
  /** Shorter side of the photographs as they are kept, pixels: reduced, traces of their cameras vanish. */
  side: 1600,
  /** Most of a photograph's own shorter side that may be left: hardly reduced, it would not be pristine. */
  largestShare: 0.75,
} as const;

/** Rendered scenes that it is measured on, and not fitted to. */
export const scenes = { count: 10, width: 1536, height: 1024, seed: 1 } as const;

/** Two sets of samples of every photograph, each with a regression of its own; sides in pixels, at twice the size that the network sees. */
export const sets = {
  /** Crops at several sizes: scenes near and far. */
  near: {
    crop: 896,
    /** Number of crops taken at each shorter side of the photograph. */
    perSide: [
      [900, 1],
      [1200, 1],
      [1600, 1],
    ],
  },
  /** Most of the picture, as people see it: as wide and high as its shorter side. */
  whole: {
    crop: undefined,
    perSide: [
      [700, 2],
      [1000, 1],
    ],
  },
} as const;
export type SetName = keyof typeof sets;

/** Degraded versions of each crop, beside the crop as it is. */
export const versions = {
  /** By a bad camera. */
  captured: 5,
  /** By a bad camera in wrong light. */
  wronglyLit: 2,
  /** By one distortion at the final size. */
  distorted: 3,
} as const;

/** Side of held-out crops, taken from images reduced by 2, pixels. */
export const heldOutSide = 256;

/** Settings of the regression. */
export const fit = {
  penalty: 1,
  /** Factor of the 29 cues beside 1,440 features of the network. */
  cueGain: 8,
  /** Deviations above its mean from which on more of the sharpness cue does not count: oversharpened pictures and noise have more. */
  mostSharpness: 1,
} as const;

/** Scale of the score: scores of degraded and of good photographs spread over 0..1 instead of crowding at its ends. */
export const scale = 2.5;

export const seed = 1;
