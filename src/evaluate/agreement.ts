/** Agreement of scores with opinions: the field's four statistics, their intervals, and tests if two scores differ in them. */
import { bootstrapP, percentileInterval, resample } from '../statistics/bootstrap.js';
import { fitLogistic, type LogisticCurve, logistic } from '../statistics/logistic-fit.js';
import { ResampledCorrelation } from '../statistics/resampled-correlation.js';
import { randomStream } from '../support/random.js';

export const statisticNames = ['srcc', 'krcc', 'plcc', 'rmse'] as const;
export type StatisticName = (typeof statisticNames)[number];

/** Values that are not defined are null: JSON has no NaN. */
export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Agreement extends Readonly<Record<StatisticName, Estimate>> {
  /** From scores to opinions; undefined where either is constant. */
  readonly curve: LogisticCurve | undefined;
}

export interface Difference extends Estimate {
  readonly p: number | null;
}

export interface Comparison extends Readonly<Record<StatisticName, Difference>> {
  /** Indices of two lists of scores. */
  readonly first: number;
  readonly second: number;
}

export interface Bootstrap {
  readonly resamples: number;
  readonly seed: number;
  /** 0..1 */
  readonly confidence: number;
}

/**
 * Measures several scores of the same images. All see the same resamples of images, so that their differences are paired.
 * @param opinions of the images; higher is better.
 * @param scores lists of scores of the images, one for each model.
 * @param onResample called with the number of resamples done; may give other work a turn.
 */
export async function measureAgreement(
  opinions: readonly number[],
  scores: readonly (readonly number[])[],
  { resamples, seed, confidence }: Bootstrap,
  onResample?: (done: number) => Promise<void> | void,
): Promise<{ agreements: Agreement[]; comparisons: Comparison[] }> {
  const measures = scores.map((list) => new Measure(list, opinions));
  const times = new Uint32Array(opinions.length).fill(1);
  const whole = measures.map((measure) => measure.statistics(times));
  const samples = measures.map(() => emptySamples(resamples));
  const random = randomStream(seed, 'bootstrap');
  for (let index = 0; index < resamples; index++) {
    resample(times, random);
    for (const [model, measure] of measures.entries()) {
      const statistics = measure.statistics(times);
      for (const name of statisticNames) samples[model]![name][index] = statistics[name];
    }
    await onResample?.(index + 1);
  }
  const agreements = measures.map((measure, model) => ({
    ...each((name) => estimate(whole[model]![name], samples[model]![name], confidence)),
    curve: measure.curve,
  }));
  const comparisons = measures.flatMap((_, first) =>
    measures.slice(first + 1).map((_, offset) => {
      const second = first + 1 + offset;
      const difference = (name: StatisticName): Difference => {
        const differences = samples[first]![name].map((value, index) => value - samples[second]![name][index]!);
        const value = whole[first]![name] - whole[second]![name];
        return { ...estimate(value, differences, confidence), p: orNull(bootstrapP(differences)) };
      };
      return { first, second, ...each(difference) };
    }),
  );
  return { agreements, comparisons };
}

class Measure {
  private readonly scores: readonly number[];
  private readonly opinions: readonly number[];
  private readonly ranks: ResampledCorrelation;
  /** Statistics of all images. */
  readonly curve: LogisticCurve | undefined;

  constructor(scores: readonly number[], opinions: readonly number[]) {
    this.scores = scores;
    this.opinions = opinions;
    this.ranks = new ResampledCorrelation(scores, opinions);
    this.curve = fitLogistic(scores, opinions);
  }

  /** @param times number of times that each image counts; the curve is fitted to them again. */
  statistics(times: Uint32Array): Record<StatisticName, number> {
    const near = this.curve;
    const curve = near && fitLogistic(this.scores, this.opinions, { weights: times, near });
    return {
      srcc: this.ranks.srcc(times),
      krcc: this.ranks.krcc(times),
      ...(curve ? this.afterFit(curve, times) : { plcc: Number.NaN, rmse: Number.NaN }),
    };
  }

  private afterFit(curve: LogisticCurve, times: Uint32Array): { plcc: number; rmse: number } {
    const fitted = this.scores.map((score) => logistic(curve, score));
    let [total, sumX, sumY] = [0, 0, 0];
    for (let i = 0; i < times.length; i++) {
      total += times[i]!;
      sumX += times[i]! * fitted[i]!;
      sumY += times[i]! * this.opinions[i]!;
    }
    let [xx, yy, xy, errors] = [0, 0, 0, 0];
    for (let i = 0; i < times.length; i++) {
      const dx = fitted[i]! - sumX / total;
      const dy = this.opinions[i]! - sumY / total;
      xx += times[i]! * dx * dx;
      yy += times[i]! * dy * dy;
      xy += times[i]! * dx * dy;
      errors += times[i]! * (fitted[i]! - this.opinions[i]!) ** 2;
    }
    return { plcc: Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))), rmse: Math.sqrt(errors / total) };
  }
}

function emptySamples(count: number): Record<StatisticName, Float64Array> {
  return each(() => new Float64Array(count));
}

function each<T>(make: (name: StatisticName) => T): Record<StatisticName, T> {
  return Object.fromEntries(statisticNames.map((name) => [name, make(name)])) as Record<StatisticName, T>;
}

function estimate(value: number, samples: Float64Array, confidence: number): Estimate {
  const [low, high] = percentileInterval(samples, confidence);
  return { value: orNull(value), low: orNull(low), high: orNull(high) };
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
