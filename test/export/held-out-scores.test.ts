import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { heldOutScores, heldOutScoresSchema, writeHeldOutScores } from '#antonym/export/held-out-scores.js';
import type { HeldOutPair } from '#antonym/train/data/held-out.js';
import { evaluateOrdering } from '#antonym/train/evaluation.js';
import { readResult } from '../support/files/read-result.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const [levels, side, scale] = [2, 4, 10];

/** A pair whose crops are gray: 10 times the level, plus 1 in the second crop. */
function pairOf(distortion: string, image: string): HeldOutPair {
  const box = { left: 0, top: 0, width: side, height: side };
  const record = { image, crops: [box, box], composition: { distortions: [] } as never, levels } as const;
  const size = side * side * 3;
  const pixels = Uint8Array.from(
    { length: (levels + 1) * 2 * size },
    (_, at) => (Math.floor(at / size) >> 1) * 10 + (Math.floor(at / size) % 2),
  );
  return { distortion, pair: { record, pixels } };
}

/** Measurements of a head of one number: first and second crop of levels 0, 1, 2. */
const measuredAs = (gaps: readonly number[]) => Float32Array.from(gaps);
const scoreOf = (gap: number): number => 1 / (1 + Math.exp(-scale * gap));

test('scores, their quartiles and the most telling crops are those of the model', async () => {
  const pairs = [pairOf('jpeg', 'a'), pairOf('darken', 'a'), pairOf('jpeg', 'b')];
  const measured = [
    measuredAs([0.3, 0.31, 0.2, 0.21, 0.1, 0.11]),
    measuredAs([0.1, 0.1, 0.2, 0.2, 0.4, 0.3]),
    measuredAs([0.25, 0.25, 0.26, 0.2, -0.5, 0.1]),
  ];
  const evaluation = evaluateOrdering({ order: (values) => [...values] }, pairs, measured);
  const made = await heldOutScores(
    pairs,
    measured.map((values) => Array.from(values, scoreOf)),
    { step: 7, evaluation },
  );
  const { scores, pictures } = made;
  expect(heldOutScoresSchema.parse(JSON.parse(JSON.stringify(scores)))).toEqual(scores);
  expect(scores).toMatchObject({ step: 7, levels: 2, crop: side, images: 2 });

  const jpeg = scores.distortions.find(({ name }) => name === 'jpeg')!;
  expect(jpeg).toMatchObject({ group: 'compression', ...evaluation.perDistortion.jpeg });
  const own = [0.1, 0.11, -0.5, 0.1].map(scoreOf).sort((a, b) => a - b);
  expect(jpeg.levels[2]!.mean).toBeCloseTo(own.reduce((sum, score) => sum + score, 0) / 4, 6);
  expect(jpeg.levels[2]!.p25).toBeCloseTo(own[0]! + (own[1]! - own[0]!) * 0.75, 6);

  // one crop of each photograph
  expect(scores.highest.map(({ image, distortion, level }) => [image, distortion, level])).toEqual([
    ['a', 'darken', 2],
    ['b', 'jpeg', 1],
  ]);
  expect(scores.lowest.map(({ image, distortion, level }) => [image, distortion, level])).toEqual([
    ['b', 'jpeg', 2],
    ['a', 'darken', 0],
  ]);
  expect(scores.highest[0]!.score).toBeCloseTo(scoreOf(0.4), 6);
  // one side of each distortion; of two that are equally in order, the one whose score falls further
  expect(scores.inOrder.map(({ image, distortion, ordered }) => [image, distortion, ordered])).toEqual([
    ['a', 'jpeg', 1],
    ['a', 'darken', 0],
  ]);
  expect(scores.outOfOrder.map(({ distortion }) => distortion)).toEqual(['darken', 'jpeg']);
  expect(scores.outOfOrder[0]!.scores.map((score) => Number(score.toFixed(6)))).toEqual(
    [0.1, 0.2, 0.4].map((gap) => Number(scoreOf(Math.fround(gap)).toFixed(6))),
  );

  const strip = await sharp(pictures.get(scores.outOfOrder[0]!.file)!).raw().toBuffer({ resolveWithObject: true });
  expect([strip.info.width, strip.info.height]).toEqual([side * 3, side]);
  expect([0, side, 2 * side].map((x) => strip.data[x * 3])).toEqual([0, 10, 20]);
  const lowest = await sharp(pictures.get(scores.lowest[0]!.file)!).raw().toBuffer();
  expect(lowest[0]).toBe(20);

  await writeHeldOutScores(folder, made, 'abc');
  expect(await readResult(join(folder, 'scores.json'))).toEqual(JSON.parse(JSON.stringify({ ...scores, model: 'abc' })));
  for (const [name, content] of pictures) expect((await readFile(join(folder, name))).equals(content)).toBe(true);
});
