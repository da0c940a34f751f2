/** The meaning of a score, from what a model gave crops of known severity that it never saw. */
import type { ModelDescription } from '../export/model-description.js';

export interface Likeness {
  /** The severity level whose median score is nearest: 0 is pristine. */
  readonly level: number;
  /** The strongest level. */
  readonly of: number;
  /** Percent of pristine crops that score lower, 5..95: of the ends, no more is known. */
  readonly percentile: number;
}

/** @returns undefined for a model whose description has no scores of crops, those of pristine ones only, or none that fall with the level */
export function likenessOf(score: number, { scorePercentiles }: Pick<ModelDescription, 'scorePercentiles'>): Likeness | undefined {
  const [pristine] = scorePercentiles;
  const strongest = scorePercentiles.at(-1);
  if (pristine === undefined || strongest === undefined || strongest.p50 >= pristine.p50) return undefined;
  const distance = ({ p50 }: ModelDescription['scorePercentiles'][number]): number => Math.abs(score - p50);
  const nearest = scorePercentiles.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
  return { level: nearest.level, of: strongest.level, percentile: percentileAmong(score, pristine) };
}

/** `like pristine`, `like level 3 of 5` */
export function describeLikeness({ level, of }: Likeness): string {
  return level === 0 ? 'like pristine' : `like level ${level} of ${of}`;
}

/** Linear between the five stated percentiles. */
function percentileAmong(score: number, { p5, p25, p50, p75, p95 }: ModelDescription['scorePercentiles'][number]): number {
  const points = [
    [5, p5],
    [25, p25],
    [50, p50],
    [75, p75],
    [95, p95],
  ] as const;
  const above = points.findIndex(([, value]) => score < value);
  if (above === 0) return 5;
  if (above < 0) return 95;
  const [[low, from], [high, to]] = [points[above - 1]!, points[above]!];
  return Math.round(low + ((high - low) * (score - from)) / (to - from));
}
