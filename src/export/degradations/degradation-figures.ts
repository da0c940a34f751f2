/**
 * Figures of how well degradations are told: false alarms, the confusion matrix, and what is found of two distortions at once; in `model.json` and the
 * card.
 */
import { z } from 'zod';
import { degradationGroups } from '../../heads/degradation-groups.js';

export const degradationFiguresSchema = z.strictObject({
  /** Photographs, none of which the regressions that are judged here saw. */
  photographs: z.int(),
  /** Crops as they are, and the share of them of which something is reported. */
  pristine: z.strictObject({ crops: z.int(), falseAlarms: z.number() }),
  /**
   * Crops with one distortion, from the given strength on (.6: level 3 of 5), the share of them whose group is reported first, and the share whose
   * group has the largest value, reported or not (absent: an earlier version did not count them).
   * `confusion`: crops by their group (rows) and by the group that is reported first (columns; the last: none is).
   */
  single: z.strictObject({
    from: z.number(),
    crops: z.int(),
    recognized: z.number(),
    largest: z.number().optional(),
    confusion: z.array(z.array(z.int()).readonly()).readonly(),
  }),
  /**
   * Crops with distortions of two groups, from the same strength on, and the share of them that have both among the three largest values.
   */
  double: z.strictObject({ crops: z.int(), found: z.number() }).optional(),
});

export type DegradationFigures = Readonly<z.infer<typeof degradationFiguresSchema>>;

/** A crop whose distortions are known, and what is said of it. */
export interface Judged {
  /** True strength of each group, 0..1. */
  readonly groups: readonly number[];
  /** Number of distortions. */
  readonly distortions: number;
  /** The strength told of each group, 0..1. */
  readonly values: readonly number[];
}

/** Level 3 of 5. */
const from = 0.6;

/** @param photographs number of them */
export function figuresOf(results: readonly Judged[], thresholds: readonly number[], photographs: number): DegradationFigures {
  const isStrong = ({ groups }: Judged): boolean => groups.every((strength) => strength === 0 || strength >= from - 1e-9);
  const pristine = results.filter(({ distortions }) => distortions === 0);
  const single = results.filter((result) => result.distortions === 1 && isStrong(result));
  const double = results.filter((result) => result.distortions === 2 && isStrong(result));
  const count = degradationGroups.length;
  const confusion = degradationGroups.map(() => Array.from({ length: count + 1 }, () => 0));
  let largest = 0;
  for (const { groups, values } of single) {
    const group = groups.findIndex((strength) => strength > 0);
    if (values[group]! > 0 && values[group] === Math.max(...values)) largest++;
    confusion[group]![firstReported(values, thresholds) ?? count]! += 1;
  }
  const recognized = confusion.reduce((sum, row, group) => sum + row[group]!, 0);
  const isFound = ({ groups, values }: Judged): boolean => {
    const third = [...values].sort((a, b) => b - a)[2]!;
    return groups.every((strength, group) => strength === 0 || (values[group]! >= third && values[group]! > 0));
  };
  const share = (part: number, all: number): number => Number((all === 0 ? 0 : part / all).toFixed(4));
  const alarms = pristine.filter(({ values }) => firstReported(values, thresholds) !== undefined).length;
  return {
    photographs,
    pristine: { crops: pristine.length, falseAlarms: share(alarms, pristine.length) },
    single: { from, crops: single.length, recognized: share(recognized, single.length), largest: share(largest, single.length), confusion },
    ...(double.length > 0 && { double: { crops: double.length, found: share(double.filter(isFound).length, double.length) } }),
  };
}

/** The group with the largest value of those that reach their thresholds. */
function firstReported(values: readonly number[], thresholds: readonly number[]): number | undefined {
  const reported = [...values.keys()].filter((group) => values[group]! >= thresholds[group]!);
  return reported.length === 0 ? undefined : reported.reduce((best, group) => (values[group]! > values[best]! ? group : best));
}
