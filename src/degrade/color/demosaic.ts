/** Full color from a sensor with one color at every pixel. */

/** The channel at a pixel of Bayer's mosaic, red at the top left: 0 red, 1 green, 2 blue. */
export function bayerChannel(x: number, y: number): 0 | 1 | 2 {
  return ((x & 1) + (y & 1)) as 0 | 1 | 2;
}

/** Weights over 5x5 pixels, times 8. Malvar, He, Cutler, "High-quality linear interpolation for demosaicing of Bayer-patterned color images" (ICASSP 2004). */
const greenAtOther = kernel('0 0 -1 0 0  0 0 2 0 0  -1 2 4 2 -1  0 0 2 0 0  0 0 -1 0 0');
const fromSides = kernel('0 0 .5 0 0  0 -1 0 -1 0  -1 4 5 4 -1  0 -1 0 -1 0  0 0 .5 0 0');
const fromAboveAndBelow = kernel('0 0 -1 0 0  0 -1 4 -1 0  .5 0 5 0 .5  0 -1 4 -1 0  0 0 -1 0 0');
const fromDiagonals = kernel('0 0 -1.5 0 0  0 2 0 2 0  -1.5 0 6 0 -1.5  0 2 0 2 0  0 0 -1.5 0 0');

/** The filter of each channel at the four places of the mosaic (top left, top right, bottom left, bottom right); none for the place's own channel. */
const filters = [
  [undefined, fromSides, fromAboveAndBelow, fromDiagonals],
  [greenAtOther, undefined, undefined, greenAtOther],
  [fromDiagonals, fromAboveAndBelow, fromSides, undefined],
] as const;

/**
 * All three channels by Malvar's linear filters; borders are mirrored without their outermost pixel, which keeps the mosaic.
 * @param mosaic [height, width], at each pixel the value of `bayerChannel`
 * @returns [height, width, 3]
 */
export function demosaic(mosaic: Float32Array, width: number, height: number): Float32Array {
  const pitch = width + 4;
  const padded = new Float32Array(pitch * (height + 4));
  const columns = Int32Array.from({ length: pitch }, (_, x) => mirror(x - 2, width));
  for (let y = 0, at = 0; y < height + 4; y++) {
    const row = mirror(y - 2, height) * width;
    for (let x = 0; x < pitch; x++, at++) padded[at] = mosaic[row + columns[x]!]!;
  }
  const result = new Float32Array(width * height * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let place = 0; place < 4; place++) {
      const taps = filters[channel]![place]?.map(({ dx, dy, weight }) => ({ offset: dy * pitch + dx, weight })) ?? [
        { offset: 0, weight: 1 },
      ];
      const offsets = Int32Array.from(taps, ({ offset }) => offset);
      const weights = Float64Array.from(taps, ({ weight }) => weight);
      for (let y = place >> 1; y < height; y += 2) {
        const row = (y + 2) * pitch + 2;
        for (let x = place & 1; x < width; x += 2) {
          let sum = 0;
          for (let tap = 0; tap < offsets.length; tap++) sum += weights[tap]! * padded[row + x + offsets[tap]!]!;
          result[(y * width + x) * 3 + channel] = sum;
        }
      }
    }
  }
  return result;
}

function kernel(text: string): { dx: number; dy: number; weight: number }[] {
  return text
    .split(/\s+/)
    .map((weight, index) => ({ dx: (index % 5) - 2, dy: Math.floor(index / 5) - 2, weight: Number(weight) / 8 }))
    .filter(({ weight }) => weight !== 0);
}

/** ... 2 1 | 0 1 2 ... */
function mirror(index: number, count: number): number {
  if (count === 1) return 0;
  const period = 2 * (count - 1);
  const folded = ((index % period) + period) % period;
  return Math.min(folded, period - folded);
}
