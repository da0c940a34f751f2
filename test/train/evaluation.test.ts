import { describe, expect, test } from 'vitest';
import { similarityGaps } from '#antonym/heads/prompt-head.js';
import type { HeldOutPair } from '#antonym/train/data/held-out.js';
import { createOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { evaluateOrdering, measureHeldOut } from '#antonym/train/evaluation.js';
import { statedPixels } from '../backbones/golden/golden-step.js';
import { optionsFor, reducedModels, side } from './engines/reduced-models.js';

const levels = 3;
const head = { order: similarityGaps };

/** A pair of stated pixels, which follow from the name of its distortion. */
function pairOf(distortion: string): HeldOutPair {
  const box = { left: 0, top: 0, width: side, height: side };
  const record = { image: 'a', crops: [box, box], composition: { distortions: [] }, levels } as const;
  const pixels = Uint8Array.from(statedPixels(distortion, (levels + 1) * 2, side, side).data as Uint8Array);
  return { distortion, pair: { record, pixels } };
}

/** Similarities to one prompt pair such that both crops have these scores. */
function measuredAs(scores: readonly number[]): Float32Array {
  return Float32Array.from(scores.flatMap((score) => [score, 0, 0, -score]));
}

describe('the ordering of held-out pairs', () => {
  test('is perfect where every level scores below the one before it, the opposite where above', () => {
    expect(evaluateOrdering(head, [pairOf('jpeg')], [measuredAs([0.4, 0.3, 0.2, 0.1])])).toEqual({
      srcc: -1,
      ordered: 1,
      perDistortion: { jpeg: { srcc: -1, ordered: 1 } },
    });
    expect(evaluateOrdering(head, [pairOf('jpeg')], [measuredAs([0.1, 0.2, 0.3, 0.4])])).toMatchObject({ srcc: 1, ordered: 0 });
  });

  test('is the mean over pairs, and told for each distortion', () => {
    const pairs = [pairOf('jpeg'), pairOf('blur'), pairOf('jpeg')];
    const { srcc, ordered, perDistortion } = evaluateOrdering(head, pairs, [
      measuredAs([4, 3, 2, 1]),
      measuredAs([1, 2, 3, 4]),
      measuredAs([4, 3, 1, 2]),
    ]);
    expect(Object.keys(perDistortion)).toEqual(['blur', 'jpeg']);
    expect(perDistortion.blur).toEqual({ srcc: 1, ordered: 0 });
    // SRCC of one exchange among four: 1 - 6 * 2 / (4 * 15) = .8
    expect(perDistortion.jpeg!.srcc).toBeCloseTo(-0.9, 12);
    expect(perDistortion.jpeg!.ordered).toBeCloseTo((1 + 5 / 6) / 2, 12);
    expect(srcc).toBeCloseTo((-1 + 1 - 0.8) / 3, 12);
    expect(ordered).toBeCloseTo((1 + 0 + 5 / 6) / 3, 12);
  });

  test('counts equal scores as guessing, and does not hide a score that is no number', () => {
    expect(evaluateOrdering(head, [pairOf('a')], [measuredAs([0.2, 0.2, 0.2, 0.2])])).toMatchObject({ srcc: 0, ordered: 0.5 });
    const { srcc } = evaluateOrdering(head, [pairOf('a')], [measuredAs([Number.NaN, Number.NaN, Number.NaN, Number.NaN])]);
    expect(srcc).toBeNaN();
  });

  test('every pair is measured with all of its crops, in their order', async () => {
    const engine = await createOnnxRuntimeEngine(optionsFor(reducedModels['clip-vit']!));
    try {
      const pairs = [pairOf('a'), pairOf('b')];
      const seen: [done: number, total: number][] = [];
      const measured = await measureHeldOut(engine, pairs, side, (done, total) => seen.push([done, total]));
      expect(seen).toEqual([
        [1, 2],
        [2, 2],
      ]);
      for (const [index, { pair }] of pairs.entries()) {
        const crops = (levels + 1) * 2;
        const perCrop = measured[index]!.length / crops;
        const bytes = side * side * 3;
        for (let crop = 0; crop < crops; crop++) {
          const alone = await engine.measure(pair.pixels.slice(crop * bytes, (crop + 1) * bytes), 1);
          expect(alone).toHaveLength(perCrop);
          for (const [at, value] of alone.entries()) expect(measured[index]![crop * perCrop + at]).toBeCloseTo(value, 5);
        }
      }
      expect(measured[0]).not.toEqual(measured[1]);
    } finally {
      await engine.close();
    }
  });
});
