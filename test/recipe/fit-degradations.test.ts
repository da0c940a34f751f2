/** The fit of degradations, on features that are known to tell them. */
import { describe, expect, test } from 'vitest';
import { kadid10k } from '#antonym/degrade/kadid10k.js';
import { falseAlarms } from '#antonym/export/degradations/degradation-limits.js';
import { degradationGroups } from '#antonym/heads/degradation-groups.js';
import { degradationsOfRow } from '#antonym/recipe/degradation-probe.js';
import { type DegradationSample, groupOf } from '#antonym/recipe/degradation-samples.js';
import { fitDegradations } from '#antonym/recipe/fit-degradations.js';
import { randomStream } from '#antonym/support/random.js';

/** A feature for each distortion, its strength, and noise; of a few features more, noise alone. */
function samplesOf(noise: number): DegradationSample[] {
  const { normal, integer } = randomStream(1, 'samples');
  return Array.from({ length: 10 }, (_, image) => image).flatMap((image) => {
    const sample = (strengths: readonly number[]): DegradationSample => ({
      image: `photograph ${image}`,
      features: Float32Array.from({ length: kadid10k.length + 3 }, (_, feature) => (strengths[feature] ?? 0) + noise * normal()),
      distortions: kadid10k.flatMap((name, index) => (strengths[index]! > 0 ? [{ name, sign: 1, strength: strengths[index]! }] : [])),
    });
    const pristine = Array.from({ length: 12 }, () => sample(kadid10k.map(() => 0)));
    const single = kadid10k.map((_, chosen) => sample(kadid10k.map((_, index) => (index === chosen ? [0.6, 1][image % 2]! : 0))));
    const double = Array.from({ length: 6 }, () => {
      const first = integer(kadid10k.length);
      const others = [...kadid10k.keys()].filter((index) => groupOf(kadid10k[index]!) !== groupOf(kadid10k[first]!));
      const second = others[integer(others.length)]!;
      return sample(kadid10k.map((_, index) => (index === first || index === second ? 0.8 : 0)));
    });
    return [...pristine, ...single, ...double];
  });
}

describe('fitDegradations', () => {
  test('tells groups apart, few pristine crops reach the thresholds, and no photograph is judged by a regression that saw it', () => {
    const { probe, thresholds, figures } = fitDegradations(samplesOf(0.1))!;
    expect(figures.photographs).toBe(10);
    expect(figures.pristine.crops).toBe(120);
    expect(figures.pristine.falseAlarms).toBeLessThanOrEqual(falseAlarms);
    expect(figures.single.crops).toBe(10 * kadid10k.length);
    expect(figures.single.recognized).toBeGreaterThan(0.95);
    expect(figures.double!.found).toBeGreaterThan(0.95);
    expect(figures.single.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(figures.single.crops);
    // one distortion at the strongest level, of features as they are
    const noise = degradationGroups.indexOf('noise');
    const values = degradationsOfRow(
      Float32Array.from({ length: kadid10k.length + 3 }, (_, feature) => (kadid10k[feature] === 'white-noise' ? 1 : 0)),
      probe,
    );
    expect(values[noise]).toBeGreaterThan(0.8);
    expect(values.every((value, group) => group === noise || value < thresholds[group]!)).toBe(true);
  });

  test('of features that say nothing, hardly anything is recognized, and pristine crops stay quiet all the same', () => {
    const said = samplesOf(0.1).map((sample, index) => ({ ...sample, features: Float32Array.of((index * 37) % 11, (index * 53) % 7) }));
    const { figures } = fitDegradations(said)!;
    expect(figures.pristine.falseAlarms).toBeLessThanOrEqual(falseAlarms);
    expect(figures.single.recognized).toBeLessThan(0.2);
  });

  test('needs two photographs, pristine crops, and every group at its strongest', () => {
    const samples = samplesOf(0.1);
    expect(fitDegradations(samples.filter(({ image }) => image === 'photograph 1'))).toBeUndefined();
    expect(fitDegradations(samples.filter(({ distortions }) => distortions.length > 0))).toBeUndefined();
    expect(
      fitDegradations(samples.filter(({ distortions }) => distortions.every(({ name }) => groupOf(name) !== 'color'))),
    ).toBeUndefined();
  });
});
