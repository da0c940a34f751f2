/** The metrics of a run as curves and figures. */
import { type Point, smooth } from '../charts/points.js';
import type { MetricsRow } from '../runs/metrics-log.js';
import { bestMetric } from '../train/evaluation.js';
import { bestAgreement } from '../train/opinion/validation.js';
import type { RunFacts } from './run-facts.js';

/** One number of every row, over its step; a gap where it was no number. `timings.imagesPerSecond` is inside of an object. */
export function curve(rows: readonly MetricsRow[], key: string): Point[] {
  return rows.map((row): Point => {
    const value = key.split('.').reduce<unknown>((object, part) => (object as Record<string, unknown> | undefined)?.[part], row);
    return [row.step, typeof value === 'number' ? value : Number.NaN];
  });
}

/** A curve of steps without its noise: each value weighs half of the one a sixtieth of all steps later. */
export function smoothCurve(rows: readonly MetricsRow[], key: string): Point[] {
  return smooth(curve(rows, key), Math.max(2, rows.length / 60));
}

/** Ordering of held-out crops as an evaluation row holds it. */
export interface OrderingRow {
  readonly step: number;
  readonly ordered: number;
  readonly srcc: number;
  /** For a run that is trained with opinions: agreement on the validation images. */
  readonly opinionSrcc?: number;
  readonly perDistortion: Readonly<Record<string, { readonly ordered: number; readonly srcc: number }>>;
}

/** The evaluations that have what this version of the program measures. */
export function orderings({ evaluations }: RunFacts): OrderingRow[] {
  return evaluations.filter(
    (row): row is MetricsRow & OrderingRow =>
      typeof row.ordered === 'number' &&
      typeof row.srcc === 'number' &&
      typeof row.perDistortion === 'object' &&
      row.perDistortion !== null,
  );
}

/** The evaluation whose weights are exported. */
export function bestOrdering(facts: RunFacts): OrderingRow | undefined {
  const rows = orderings(facts);
  const ratingOf = (row: OrderingRow): number => row[bestAgreement.name] ?? row[bestMetric.name];
  return rows.reduce<OrderingRow | undefined>((best, row) => (best && ratingOf(best) >= ratingOf(row) ? best : row), undefined);
}

/** The ordering by held-out images that chose no checkpoint, once a model is exported; before, and where there were too few, the best evaluation's. */
export function reportedOrdering(facts: RunFacts): OrderingRow | undefined {
  const { model } = facts;
  const best = bestOrdering(facts);
  return model?.data.choosing === undefined ? best : { step: model.training.step, ...model.evaluation };
}

/** Steps that are done. */
export function doneSteps({ steps }: RunFacts): number {
  return steps.at(-1)?.step ?? 0;
}

/** Milliseconds that all steps took, without evaluations. */
export function stepTime({ steps }: RunFacts): number {
  return curve(steps, 'timings.stepMilliseconds').reduce((sum, [, time]) => sum + (Number.isFinite(time) ? time : 0), 0);
}
