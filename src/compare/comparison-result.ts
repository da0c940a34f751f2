/** The whole result of a comparison: its page shows it, and `--json` prints it. */
import { type ComparedPair, type ComparisonSummary, failsLimit } from './comparison.js';
import type { ReasonChange } from './reason-changes.js';
import type { UnusablePair } from './score-pairs.js';

/** One variant against the pictures before: the folder after a change, or one encoder. */
export interface ComparedVariant {
  readonly name: string;
  /** Variants of one series are joined by a line. */
  readonly series: string;
  readonly summary: ComparisonSummary;
  /** Bits of the files after, per pixel of theirs. */
  readonly bitsPerPixel: number;
  readonly pairs: readonly ComparedPair[];
  readonly unusable: readonly UnusablePair[];
  /** Names of pairs whose sizes in pixels differ. */
  readonly resized: readonly string[];
  /** Present where what is wrong with pictures was asked for. */
  readonly reasons?: readonly ReasonChange[];
  /** Present where a limit was given. */
  readonly limit?: { readonly failBelow: number; readonly failed: boolean };
}

export interface ComparisonResult {
  readonly format: 'antonym-comparison-1';
  /** The model's name, and the SHA-256 of its file. */
  readonly model: { readonly name: string; readonly sha256: string };
  /** The folder or list before the change. */
  readonly before: string;
  readonly variants: readonly ComparedVariant[];
  /** Files without a partner. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  readonly bootstrap: { readonly resamples: number; readonly seed: number; readonly confidence: number };
}

/** The outcome of one variant in a sentence. */
export function verdictOf({ summary, limit }: ComparedVariant): string {
  const { mean, pairs, worse } = summary;
  const against = limit && ` ${limit.failed ? 'This fails' : 'This passes'} the limit of ${signed(limit.failBelow)}.`;
  // the interval of one difference says nothing of other pictures
  if (pairs === 1) return `${signed(mean.value)} for one picture.${against ?? ''}`;
  const direction = mean.high < 0 ? 'worse' : mean.low > 0 ? 'better' : 'not clearly different';
  const change = `${signed(mean.value)} on average (95 % interval ${signed(mean.low)} to ${signed(mean.high)})`;
  const counted = `${pairs} pictures, ${Math.round(worse * 100)} % of them worse`;
  return `${direction[0]!.toUpperCase()}${direction.slice(1)}: ${change} over ${counted}.${against ?? ''}`;
}

/** `+0.0123`, `-0.0040`. */
export function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}

/** Assembles a variant from its pairs. */
export function variantOf(
  about: { readonly name: string; readonly series: string; readonly failBelow?: number },
  pairs: readonly ComparedPair[],
  unusable: readonly UnusablePair[],
  summary: ComparisonSummary,
  reasons?: readonly ReasonChange[],
): ComparedVariant {
  const pixels = pairs.reduce((sum, { after }) => sum + after.width * after.height, 0);
  const { name, series, failBelow } = about;
  return {
    name,
    series,
    summary,
    bitsPerPixel: (summary.bytes.after * 8) / pixels,
    pairs,
    unusable,
    resized: pairs.filter(({ before, after }) => before.width !== after.width || before.height !== after.height).map((pair) => pair.name),
    ...(reasons && { reasons }),
    ...(failBelow !== undefined && { limit: { failBelow, failed: failsLimit(summary, failBelow) } }),
  };
}
