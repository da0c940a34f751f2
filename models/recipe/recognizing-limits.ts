/** Limits of groups by what is recognized with them: a group whose pristine images vary much costs more false alarms than it is worth. */
import { falseAlarms } from '#antonym/export/degradations/degradation-limits.js';

/** An image with one distortion. */
export interface SingleCase {
  /** A number for each group: greater is worse. */
  readonly values: readonly number[];
  /** Index of its group. */
  readonly group: number;
}

/**
 * From limits that no pristine image reaches on, the limit is lowered, again and again, that recognizes most further cases for each further false
 * alarm, until no more false alarms are allowed: greedy, so not always the best.
 * @param pristine a number for each group, of every pristine image
 * @param cases those whose group is to be reported first
 */
export function recognizingLimits(pristine: readonly (readonly number[])[], cases: readonly SingleCase[]): number[] {
  const most = Math.floor(falseAlarms * pristine.length);
  const sorted = pristine[0]!.map((_, group) => pristine.map((values) => values[group]!).sort((a, b) => b - a));
  const alarmsOf = (limits: readonly number[]): number =>
    pristine.filter((values) => values.some((value, group) => value >= limits[group]!)).length;
  const recognizedOf = (limits: readonly number[]): number =>
    cases.filter(({ values, group }) => firstReported(values, limits) === group).length;
  // just above a value, so that its image is not reported
  let best = { limits: sorted.map(([largest]) => largest! + 1e-4), alarms: 0, recognized: 0 };
  best.recognized = recognizedOf(best.limits);
  for (;;) {
    let chosen: (typeof best & { readonly gain: number }) | undefined;
    for (const [group, values] of sorted.entries()) {
      for (const value of values.slice(0, most + 1)) {
        if (value + 1e-4 >= best.limits[group]!) continue;
        const limits = best.limits.with(group, value + 1e-4);
        const alarms = alarmsOf(limits);
        if (alarms > most) break;
        const recognized = recognizedOf(limits);
        const gain = (recognized - best.recognized) / (alarms - best.alarms + 1e-6);
        if (recognized > best.recognized && gain > (chosen?.gain ?? 0)) chosen = { limits, alarms, recognized, gain };
      }
    }
    if (chosen === undefined) return best.limits;
    best = chosen;
  }
}

function firstReported(values: readonly number[], limits: readonly number[]): number | undefined {
  let first: number | undefined;
  for (const [group, value] of values.entries())
    if (value >= limits[group]! && (first === undefined || value > values[first]!)) first = group;
  return first;
}
