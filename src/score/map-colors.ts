/** The colors of maps of quality: red is worst, blue is best, told apart with the common kinds of color blindness. A browser loads this file as it is. */

type Color = readonly [red: number, green: number, blue: number];

/** 8-bit sRGB at equal distances, from the worst to the best. */
const stops: readonly Color[] = [
  [165, 15, 40],
  [239, 110, 65],
  [254, 226, 150],
  [150, 205, 228],
  [35, 90, 170],
];

/** The least span of a scale: noise of scores in an even photograph should not look like damage. */
const leastSpan = 0.2;

export interface ColorScale {
  /** The scores of the worst and the best color. */
  readonly low: number;
  readonly high: number;
}

/** From the lowest to the highest score, outward to hundredths, and no narrower than .2 unless 0..1 ends there. */
export function scaleOf(scores: Float32Array): ColorScale {
  let [low, high] = [1, 0];
  for (const score of scores) [low, high] = [Math.min(low, score), Math.max(high, score)];
  const wider = Math.max(0, leastSpan - (high - low)) / 2;
  const hundredths = (value: number, round: (value: number) => number): number => Math.min(1, Math.max(0, round(value * 100) / 100));
  return { low: hundredths(low - wider, Math.floor), high: hundredths(high + wider, Math.ceil) };
}

/** The color of a score, 0..255 each; scores beyond the scale have that of its end. */
export function colorOf(score: number, { low, high }: ColorScale): [red: number, green: number, blue: number] {
  const share = Math.min(1, Math.max(0, (score - low) / (high - low)));
  const place = share * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(place));
  const mix = (channel: 0 | 1 | 2): number => {
    const [from, to] = [stops[index]![channel], stops[index + 1]![channel]];
    return Math.round(from + (to - from) * (place - index));
  };
  return [mix(0), mix(1), mix(2)];
}

/** The color laid over a pixel of a photograph, of which brightness alone remains, 0..255 each. */
export function laidOver(color: Color, red: number, green: number, blue: number): [red: number, green: number, blue: number] {
  // luma of ITU-R BT.601
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [mixed(color[0], luma), mixed(color[1], luma), mixed(color[2], luma)];
}

function mixed(color: number, luma: number): number {
  return Math.round(0.55 * color + 0.45 * luma);
}
