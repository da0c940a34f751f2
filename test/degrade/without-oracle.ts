/** Distortions whose results no other program can be asked for. */
import type { DistortionName } from '#antonym/degrade/distortions/table.js';

/** Their results depend on a drawn field or place; proved by their statistics, or by an own law, in `random-distortions.test.ts`. */
const drawn: readonly DistortionName[] = [
  'white-noise',
  'white-noise-ycbcr',
  'impulse-noise',
  'multiplicative-noise',
  'jitter',
  'non-eccentricity-patch',
  'color-block',
  'sensor-noise',
];

/** No other AVIF encoder can be asked at equal settings; that it grows worse with its quality is in `ordered-severity.test.ts`. */
export const withoutOracle: readonly DistortionName[] = [...drawn, 'avif'];
