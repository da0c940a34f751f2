import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logLaplacianVariance } from '#antonym/evaluate/sharpness-baseline.js';

interface Case {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Base64. */
  readonly pixels: string;
  readonly value: number;
}
/** See make_sharpness.py beside it. */
const { cases } = JSON.parse(readFileSync(new URL('golden/sharpness.json', import.meta.url), 'utf8')) as { cases: Case[] };

test.each(cases)('the baseline is what OpenCV computes: $name', ({ width, height, pixels, value }) => {
  const image = { width, height, data: new Uint8Array(Buffer.from(pixels, 'base64')) };
  // OpenCV's weights have had 14 or 15 bits: a luminance in a hundred rounds to the next integer.
  expect(logLaplacianVariance(image)).toBeCloseTo(value, 3);
});

test('the baseline of one grey, or of one pixel, is finite and below every other', () => {
  const flat = logLaplacianVariance({ width: 5, height: 4, data: new Uint8Array(60).fill(77) });
  expect(flat).toBe(Math.log(1e-9));
  expect(logLaplacianVariance({ width: 1, height: 1, data: new Uint8Array(3) })).toBe(flat);
});
