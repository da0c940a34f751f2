/** Refusals and warnings of calibration. */
import { expect, test } from 'vitest';
import { calibrate, mixedScales } from '#antonym/calibrate/calibrate.js';
import { leaveOneOut, rootMeanSquare } from '#antonym/statistics/monotonic-map.js';

const scores = Array.from({ length: 24 }, (_, index) => index / 24);
const opinions = scores.map((score, index) => 1 + 4 * score + (index % 3) / 4);

test('the map of least leave-one-out error is chosen', () => {
  const errors = (['logistic4', 'logistic5', 'isotonic'] as const).map((kind) =>
    rootMeanSquare(leaveOneOut(kind, scores, opinions), opinions),
  );
  const { leaveOneOut: found } = calibrate(scores, opinions, false, 'auto');
  expect(found.rmse).toBe(Math.min(...errors));
  expect(found.rmse).toBeLessThan(found.rmseOfMean);
});

test('opinions of which lower is better give the same error, turned', () => {
  const turned = calibrate(
    scores,
    opinions.map((value) => 10 - value),
    true,
    'isotonic',
  );
  const { leaveOneOut, leftOut } = calibrate(scores, opinions, false, 'isotonic');
  expect(turned.leaveOneOut.rmse).toBeCloseTo(leaveOneOut.rmse, 9);
  for (const [index, value] of leftOut.entries()) expect(turned.leftOut[index]).toBeCloseTo(10 - value, 9);
});

test('few, constant and falling ratings are refused', () => {
  expect(() => calibrate(scores.slice(0, 9), opinions.slice(0, 9), false, 'auto')).toThrow(/^9 rated images are too few: at least 10/);
  expect(() =>
    calibrate(
      scores,
      scores.fill(3, 0, 0).map(() => 3),
      false,
      'auto',
    ),
  ).toThrow(/^All opinions are 3/);
  expect(() =>
    calibrate(
      scores.map(() => 0.5),
      opinions,
      false,
      'auto',
    ),
  ).toThrow(/^All scores are 0\.5/);
  expect(() => calibrate(scores, [...opinions].reverse(), false, 'auto')).toThrow(/correlation -0\.\d\d.*--direction lower/);
});

test('two scales in one table are noticed, one scale is not', () => {
  expect(mixedScales([1, 2, 4, 5, 30, 60, 90])).toBe('4 opinions are from 1 to 5, the others from 30 to 90: are two scales in one table?');
  expect(mixedScales(opinions)).toBeUndefined();
  expect(mixedScales([5, 12, 20, 33, 41, 60, 77, 90])).toBeUndefined();
});
