/** Fingerprints of photographs, preserved when a copy is saved again, reduced, brightened or cut a little: the signs of its coarsest waves. */
import { thumbnailSide as side } from '../../images/thumbnail.js';
import { quantile } from '../../statistics/quantile.js';

/** Waves per direction. */
const waves = 8;

export interface Fingerprint {
  /** 64 signs, one for each of 8x8 waves: 8 bytes. */
  readonly signs: Uint8Array;
  /** The picture as 16x16 means, [16, 16], 0..255. */
  readonly means: Uint8Array;
}

/** cos(pi k (2 x + 1) / 64): the discrete cosine transform, [wave, place]. */
const cosines = Array.from({ length: waves }, (_, k) =>
  Float64Array.from({ length: side }, (_, x) => Math.cos((Math.PI * k * (2 * x + 1)) / (2 * side))),
);

/** @param thumbnail of `readThumbnail`. Signs are those of the lowest 8x8 coefficients of its cosine transform, relative to their median (pHash, Zauner 2010). */
export function fingerprintOf(thumbnail: Uint8Array): Fingerprint {
  const rows = Array.from({ length: side }, (_, y) => cosines.map((wave) => dot(wave, (x) => thumbnail[y * side + x]!)));
  const coefficients = cosines.flatMap((wave) => cosines.map((_, k) => dot(wave, (y) => rows[y]![k]!)));
  // The first is the mean, which is not detail.
  const median = quantile(coefficients.slice(1), 0.5);
  const signs = new Uint8Array(waves);
  for (const [index, coefficient] of coefficients.entries()) {
    if (index > 0 && coefficient > median) signs[index >> 3]! |= 1 << (index & 7);
  }
  const half = side / 2;
  const means = Uint8Array.from({ length: half * half }, (_, index) => {
    const at = Math.floor(index / half) * 2 * side + (index % half) * 2;
    return Math.round((thumbnail[at]! + thumbnail[at + 1]! + thumbnail[at + side]! + thumbnail[at + side + 1]!) / 4);
  });
  return { signs, means };
}

function dot(wave: Float64Array, value: (place: number) => number): number {
  let sum = 0;
  for (let place = 0; place < side; place++) sum += wave[place]! * value(place);
  return sum;
}
