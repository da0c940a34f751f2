/** Numbers for people: as many digits as mean something. */
import { withMinus } from '../charts/ticks.js';

/** A number with that many decimals; a dash for NaN and missing values. */
export function rounded(value: unknown, decimals: number): string {
  return typeof value === 'number' && Number.isFinite(value) ? withMinus(value.toFixed(decimals)) : '–';
}

/** A share 0..1. */
export function percent(share: unknown, decimals = 1): string {
  return typeof share === 'number' && Number.isFinite(share) ? `${(share * 100).toFixed(decimals)} %` : '–';
}

/** A number with that many significant digits, in exponential notation if it is shorter: `0.0025`, `2.5e−7`. */
export function significant(value: unknown, digits = 3): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '–';
  const plain = Number(value.toPrecision(digits));
  const isSmall = plain !== 0 && Math.abs(plain) < 1e-3;
  return withMinus(isSmall ? plain.toExponential() : String(plain));
}
