/** The choices behind the shipped model, each made without opinions: see docs/shipped-model.md. */

/** Name of the folder in `models/`. */
export const modelName = 'capture';

/** Its training data. */
export const pristine = {
  /** Shorter side of the photographs as they are kept, pixels: reduced, traces of their cameras vanish. */
  side: 1600,
  /** Most of a photograph's own shorter side that may be left: hardly reduced, it would not be pristine. */
  largestShare: 0.75,
  scenes: { count: 60, width: 1536, height: 1024, seed: 1 },
  heldOut: 10,
} as const;

/** Crops of every photograph, at several sizes: scenes near and far. */
export const crops = {
  /** Side, pixels; training sees them at half of it. */
  side: 896,
  /** Side of held-out crops, taken from images reduced by 2, pixels. */
  heldOutSide: 256,
  /** Number of crops taken at each shorter side of the photograph. */
  perSide: [
    [900, 2],
    [1200, 4],
    [1600, 4],
  ],
  perScene: 1,
  /** Degraded versions of each. */
  versions: 10,
} as const;

/** Settings of the regression. */
export const fit = {
  penalty: 1,
  /** Factor of the 29 cues beside 2,880 features of the network. */
  cueGain: 8,
} as const;

/** Scale of the score: scores of degraded and of good photographs spread over 0..1 instead of crowding at its ends. */
export const scale = 2.5;

export const seed = 1;
