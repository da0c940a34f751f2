/** Round values along an axis and their labels. */

/** The ends of an axis and its marks. */
export interface Ticks {
  /** The smallest and the largest value on the axis. */
  readonly domain: readonly [number, number];
  /** Ascending, within the domain, equally far apart: multiples of 1, 2 or 5 times a power of ten. */
  readonly values: readonly number[];
  /** One for each value. */
  readonly labels: readonly string[];
}

/**
 * Ticks for values from `low` to `high`.
 * @param count approximate number of ticks
 * @param exact true keeps the domain; otherwise it is widened to the next tick on both sides
 */
export function ticksOf(low: number, high: number, count: number, exact = false): Ticks {
  const [least, most] = spread(low, high);
  const step = roundStep((most - least) / count);
  // tolerance for a value that lies on a tick but for rounding
  const slack = 1e-9;
  const first = exact ? Math.ceil(least / step - slack) : Math.floor(least / step + slack);
  const last = exact ? Math.floor(most / step + slack) : Math.ceil(most / step - slack);
  const values = Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
  const domain = exact ? ([least, most] as const) : ([values[0]!, values.at(-1)!] as const);
  return { domain, values, labels: labelsOf(values, step) };
}

/** Widens a single value to a range around it. */
function spread(low: number, high: number): [number, number] {
  if (!(Number.isFinite(low) && Number.isFinite(high))) return [0, 1];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  if (largest < 1e-290) return [-1, 1];
  if (high - low > largest * 1e-9) return [low, high];
  const around = largest / 10;
  return [low - around, high + around];
}

/** The smallest of 1, 2, 5, 10, ... times a power of ten that is no smaller. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** `0.25`, `20k`, `2.5e−6`: one notation for the whole axis, with just enough digits to tell the labels apart. */
function labelsOf(values: readonly number[], step: number): string[] {
  const largest = Math.max(...values.map(Math.abs));
  return values.map((value) => {
    if (value === 0) return '0';
    if (largest < 1e-3 || largest >= 1e10) {
      const digits = Math.max(0, Math.floor(Math.log10(Math.abs(value)) + 1e-9) - Math.floor(Math.log10(step) + 1e-9));
      return withMinus(value.toExponential(digits).replace('e+', 'e'));
    }
    for (const [size, unit] of [
      [1e6, 'M'],
      [1e3, 'k'],
    ] as const) {
      if (largest >= 10 * size) return withMinus(`${fixed(value / size, step / size)}${unit}`);
    }
    return withMinus(fixed(value, step));
  });
}

function fixed(value: number, step: number): string {
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

/** Replaces the hyphen by the minus sign, which is as wide as a digit. */
export function withMinus(text: string): string {
  return text.replaceAll('-', '\u2212');
}
