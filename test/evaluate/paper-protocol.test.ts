import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { paperFigures, squareBicubic } from '#antonym/evaluate/paper-protocol.js';
import { fitFiveParameters, fiveParameterCurve } from '#antonym/statistics/five-parameter-fit.js';
import { srcc } from '#antonym/statistics/rank-correlation.js';
import { stated } from '../backbones/golden/stated-values.js';

interface Golden {
  readonly fits: readonly { name: string; x: number[]; y: number[]; error: number; srcc: number; plcc: number; honest: number }[];
  readonly resized: readonly { width: number; height: number; side: number; data: number[] }[];
}

const golden = JSON.parse(await readFile(new URL('golden/paper-protocol.json', import.meta.url), 'utf8')) as Golden;

describe("the protocol of MA-CLIP's authors", () => {
  test.each(golden.fits)('figures of fitted values are those of SciPy: $name', ({ x, y, error, srcc: ranked, plcc, honest }) => {
    const curve = fitFiveParameters(x, y)!;
    const found = x.reduce((sum, value, at) => sum + (fiveParameterCurve(curve, value) - y[at]!) ** 2, 0);
    expect(Math.abs(found / error - 1)).toBeLessThan(1e-4);
    const figures = paperFigures(x, y);
    expect(figures.srcc).toBeCloseTo(ranked, 3);
    expect(figures.plcc).toBeCloseTo(plcc, 4);
    expect(figures.rmse).toBeCloseTo(Math.sqrt(error / x.length), 4);
    expect(srcc(x, y)).toBeCloseTo(honest, 9);
  });

  test('hides that a score falls', () => {
    const falling = golden.fits.find(({ name }) => name.startsWith('falling'))!;
    expect(falling.honest).toBeLessThan(-0.8);
    expect(paperFigures(falling.x, falling.y).srcc).toBeGreaterThan(0.8);
  });

  test('of constant scores or opinions there is nothing to state', () => {
    expect(paperFigures([1, 1, 1], [1, 2, 3])).toEqual({ srcc: null, plcc: null, rmse: null });
    expect(paperFigures([1, 2, 3], [4, 4, 4])).toEqual({ srcc: null, plcc: null, rmse: null });
  });

  test.each(golden.resized)("images become squares as by Pillow's bicubic resize: $width x $height to $side", ({
    width,
    height,
    side,
    data,
  }) => {
    const pixels = Uint8Array.from(stated(`${width}x${height}`, width * height * 3), (value) => Math.floor(value * 256));
    const square = squareBicubic({ width, height, data: pixels }, side);
    expect([square.width, square.height]).toEqual([side, side]);
    // Pillow's weights have 22 bits: a value at .5 may be rounded the other way
    const differences = data.map((value, at) => Math.abs(value - square.data[at]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    expect(differences.filter((difference) => difference > 0).length).toBeLessThanOrEqual(0.005 * data.length);
  });
});
