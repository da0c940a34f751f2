import { describe, expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { acrossRankingLoss } from '#antonym/losses/across-ranking.js';
import { consistencyLoss } from '#antonym/losses/consistency.js';
import { type BatchLayout, cropCount } from '#antonym/losses/levels.js';
import { negativeRankingLoss } from '#antonym/losses/negative-ranking.js';
import { positiveRankingLoss } from '#antonym/losses/positive-ranking.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { compile } from '../graph/run-graph.js';

type Loss = (graph: Graph, cues: Value, layout: BatchLayout, margin: number) => Value;

/** Crops by level, then crop, then cue; of several photographs one after another. */
async function evaluate(loss: Loss, cues: readonly number[][], layout: BatchLayout, margin: number) {
  const graph = new Graph();
  const count = cues[0]!.length;
  const input = graph.input('cues', 'float32', [cropCount(layout), count]);
  const value = loss(graph, input, layout, margin);
  graph.output('loss', value);
  graph.output('gradient', differentiate(graph, value, [input])[0]!);
  const results = await (await compile(graph))({ cues: floatTensor([cropCount(layout), count], cues.flat()) });
  expect(results.loss!.shape).toEqual([]);
  return { loss: Number(results.loss!.data[0]), gradient: Array.from(results.gradient!.data, Number) };
}

const column = (...values: number[]): number[][] => values.map((value) => [value]);

/** The formulas of the losses as plain loops over [photograph][level][crop][cue]. */
const byLoops = {
  consistency: (s: number[][][][], margin: number) =>
    mean(s.flatMap((levels) => levels.flatMap(([a, b]) => a!.map((value, cue) => Math.max(0, Math.abs(value - b![cue]!) - margin))))),
  ranking: (s: number[][][][], margin: number, direction: number) => {
    const terms: number[] = [];
    for (const levels of s)
      levels.forEach((milder, i) => {
        for (const stronger of levels.slice(i + 1))
          for (const a of milder)
            for (const b of stronger) terms.push(...a.map((value, cue) => Math.max(0, margin - direction * (value - b[cue]!))));
      });
    return mean(terms);
  },
};

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('consistency', () => {
  const layout = { photographs: 1, levels: 2 };

  test('is the mean excess of the difference between the two crops of every level, pristine included', async () => {
    // differences .5, .1, .3 with margin .2: (.3 + 0 + .1) / 3
    const { loss, gradient } = await evaluate(consistencyLoss, column(0.5, 0, 0.2, 0.1, -0.1, 0.2), layout, 0.2);
    expect(loss).toBeCloseTo(0.4 / 3, 6);
    // the higher of two crops is pulled down, the lower one up; equal enough ones are left alone
    [1, -1, 0, 0, -1, 1].forEach((sign, index) => {
      expect(gradient[index]).toBeCloseTo(sign / 3, 6);
    });
  });

  test('is zero, and pulls at nothing, within the margin', async () => {
    const { loss, gradient } = await evaluate(consistencyLoss, column(0.5, 0.49, 0.2, 0.21, 0, 0), layout, 0.02);
    expect(loss).toBe(0);
    expect(gradient.every((value) => value === 0)).toBe(true);
  });
});

describe('positive ranking', () => {
  const layout = { photographs: 1, levels: 2 };

  test('is the mean shortfall over ordered levels and both crops of each', async () => {
    // levels 0, 1, 2 at .3, .3, .1 (both crops): pairs 0-1 short by .1, 0-2 and 1-2 apart by .2, margin .1
    const { loss, gradient } = await evaluate(positiveRankingLoss, column(0.3, 0.3, 0.3, 0.3, 0.1, 0.1), layout, 0.1);
    expect(loss).toBeCloseTo(0.1 / 3, 6);
    // each crop of level 0 meets two crops of level 1, of 12 terms in all: descent raises level 0 and lowers level 1
    [-2, -2, 2, 2, 0, 0].forEach((terms, index) => {
      expect(gradient[index]).toBeCloseTo(terms / 12, 6);
    });
  });

  test('compares every crop with every crop of a stronger level', async () => {
    // level 0: .5, .1; level 1: .4, 0; margin 0: the only violation is .1 against .4, one of 4 pairs
    const { loss } = await evaluate(positiveRankingLoss, column(0.5, 0.1, 0.4, 0), { photographs: 1, levels: 1 }, 0);
    expect(loss).toBeCloseTo(0.3 / 4, 6);
  });

  test('is zero when everything is separated by more than the margin', async () => {
    const { loss, gradient } = await evaluate(positiveRankingLoss, column(0.9, 0.8, 0.5, 0.4, 0.1, 0), layout, 0.25);
    expect(loss).toBe(0);
    expect(gradient.every((value) => value === 0)).toBe(true);
  });

  test('never compares photographs with each other', async () => {
    const orderly = [0.9, 0.9, 0.5, 0.5, 0.1, 0.1];
    const cues = column(...orderly, ...orderly.map((value) => value - 5));
    expect((await evaluate(positiveRankingLoss, cues, { photographs: 2, levels: 2 }, 0.3)).loss).toBe(0);
  });
});

describe('negative ranking', () => {
  test('is positive ranking with the order of severity turned round', async () => {
    const rising = column(0.1, 0, 0.3, 0.35, 0.3, 0.2);
    const layout = { photographs: 1, levels: 2 };
    const { loss, gradient } = await evaluate(negativeRankingLoss, rising, layout, 0.15);
    const falling = rising.map(([value]) => [-value!]);
    const turned = await evaluate(positiveRankingLoss, falling, layout, 0.15);
    expect(loss).toBeCloseTo(turned.loss, 6);
    expect(loss).toBeGreaterThan(0);
    gradient.forEach((value, index) => {
      expect(value).toBeCloseTo(-turned.gradient[index]!, 6);
    });
  });

  test('lowers the similarity of milder crops and raises that of stronger ones', async () => {
    const { gradient } = await evaluate(negativeRankingLoss, column(0.2, 0.2, 0.2, 0.2), { photographs: 1, levels: 1 }, 0.1);
    expect(gradient.map(Math.sign)).toEqual([1, 1, -1, -1]);
  });
});

describe('all three agree with their formulas written as loops', () => {
  for (const levels of [2, 5]) {
    test(`${levels} levels, 3 photographs, 7 cues`, async () => {
      const layout = { photographs: 3, levels };
      const random = randomStream('losses', levels);
      const s = Array.from({ length: 3 }, () =>
        Array.from({ length: levels + 1 }, () =>
          Array.from({ length: 2 }, () => Array.from({ length: 7 }, () => random.between(-0.3, 0.3))),
        ),
      );
      const cues = s.flat(2);
      for (const margin of [0, 0.0025, 0.0675, 0.5]) {
        const found = await Promise.all(
          [consistencyLoss, positiveRankingLoss, negativeRankingLoss].map((loss) => evaluate(loss, cues, layout, margin)),
        );
        const expected = [byLoops.consistency(s, margin), byLoops.ranking(s, margin, 1), byLoops.ranking(s, margin, -1)];
        found.forEach(({ loss }, index) => {
          expect(Math.abs(loss - expected[index]!)).toBeLessThan(1e-6);
        });
        // a shift of all cues of a photograph changes nothing: gradients of a photograph sum to zero
        for (const { gradient } of found) {
          const perPhotograph = gradient.length / 3;
          expect(Math.abs(gradient.slice(0, perPhotograph).reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-6);
        }
      }
    });
  }
});

describe('ranking across photographs', () => {
  const layout = { photographs: 2, levels: 2 };

  test('compares levels of different photographs that lie at least half of all levels apart, and no others', async () => {
    // of levels 0, 1, 2 only 0 and 2; photograph a: .5, .4, .3, photograph b: .2, .9, .1 (both crops alike), margin .1
    const cues = column(0.5, 0.5, 0.4, 0.4, 0.3, 0.3, 0.2, 0.2, 0.9, 0.9, 0.1, 0.1);
    const falling: Loss = (graph, value, ...rest) => acrossRankingLoss(graph, value, ...rest, 1);
    const { loss, gradient } = await evaluate(falling, cues, layout, 0.1);
    // a0 over b2: apart by .4; b0 over a2: short by .1 + .1; eight terms in all
    expect(loss).toBeCloseTo((4 * 0.2) / 8, 6);
    [0, 0, 0, 0, 2, 2, -2, -2, 0, 0, 0, 0].forEach((terms, index) => {
      expect(gradient[index]).toBeCloseTo(terms / 8, 6);
    });
  });

  test('equals its formula as plain loops, in both directions', async () => {
    const [photographs, levels, margin] = [3, 5, 0.2];
    const random = randomStream(5, 'across');
    const cues = Array.from({ length: cropCount({ photographs, levels }) }, () => [random.normal() * 0.2, random.normal() * 0.2]);
    for (const direction of [1, -1] as const) {
      const terms: number[] = [];
      const at = (photograph: number, level: number, crop: number): number[] => cues[(photograph * (levels + 1) + level) * 2 + crop]!;
      for (let p = 0; p < photographs; p++)
        for (let q = 0; q < photographs; q++)
          for (let i = 0; i <= levels; i++)
            for (let j = i + 3; p !== q && j <= levels; j++)
              for (const k of [0, 1])
                for (const l of [0, 1])
                  at(p, i, k).forEach((value, cue) => {
                    terms.push(Math.max(0, margin - direction * (value - at(q, j, l)[cue]!)));
                  });
      const loss: Loss = (graph, value, ...rest) => acrossRankingLoss(graph, value, ...rest, direction);
      expect((await evaluate(loss, cues, { photographs, levels }, margin)).loss).toBeCloseTo(mean(terms), 5);
    }
  });

  test('refuses a single photograph, which has nothing to be compared with', async () => {
    const loss: Loss = (graph, value, ...rest) => acrossRankingLoss(graph, value, ...rest, 1);
    await expect(evaluate(loss, column(0, 0, 0, 0), { photographs: 1, levels: 1 }, 0)).rejects.toThrow(/two of them/);
  });
});
