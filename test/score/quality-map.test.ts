import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ModelDescription } from '#antonym/export/model-description.js';
import { ImageError, loadModel, ModelError, type Pixels } from '#antonym/index.js';
import { mapGrid, type QualityMap, qualityOf, tileFault, tilesOfMap, usualTile, valueAt } from '#antonym/score/quality-map.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { saveBrightnessModel } from './brightness-model.js';

const folder = await temporaryFolder();

describe('the tiles of a map', () => {
  const side = fc.integer({ min: 8, max: 700 });
  const sizes = { tile: fc.integer({ min: 8, max: 300 }), stride: fc.integer({ min: 5, max: 400 }) };

  test('reach from border to border, in equal squares, at most a stride apart', () => {
    fc.assert(
      fc.property(side, side, fc.record(sizes), fc.constantFrom(1, 2, 7), (width, height, size, sideMultiple) => {
        const { tile, left, top } = mapGrid(width, height, size, { sideMultiple });
        expect(tile).toBe(Math.min(size.tile, Math.min(width, height) - (Math.min(width, height) % sideMultiple)));
        for (const [starts, length] of [
          [left, width],
          [top, height],
        ] as const) {
          expect([starts[0], starts.at(-1)]).toEqual([0, length - tile]);
          expect(starts.slice(1).every((start, index) => start > starts[index]! && start - starts[index]! <= size.stride)).toBe(true);
        }
      }),
    );
  });

  test('have the side that the model takes, or half of the recommended one', () => {
    const size = { minimumSide: 64, recommendedSide: 256 };
    expect(usualTile({ size })).toBe(128);
    const degradations = { output: 'degradations', groups: ['blur'], thresholds: [0.5] } as unknown as NonNullable<
      ModelDescription['degradations']
    >;
    expect(usualTile({ size: { minimumSide: 32, recommendedSide: 64 }, degradations })).toBe(128);
    expect(usualTile({ size: { minimumSide: 32, recommendedSide: 64 } })).toBe(32);
    expect(usualTile({ size: { ...size, minimumSide: 200 } })).toBe(200);
    expect(usualTile({ size: { ...size, sideMultiple: 14 } })).toBe(140);
    expect(usualTile({ size: { ...size, fixedSide: 224 } })).toBe(224);
    expect(usualTile({ size, crops: { side: 224, stride: 128, whole: 'bilinear' } })).toBe(224);
    expect(tileFault(64, { size })).toBeUndefined();
    expect(tileFault(63, { size })).toMatch(/at least 64/);
    expect(tileFault(128, { size: { ...size, fixedSide: 224 } })).toMatch(/224 pixels only/);
    expect(tileFault(128, { size: { ...size, sideMultiple: 14 } })).toMatch(/multiple of 14/);
  });
});

describe('the quality of tiles', () => {
  test('is the score, less the nearer a group is to its threshold, down to a tenth', () => {
    const scores = Float32Array.of(0.8, 0.8, 0.8, 0.8);
    const strengths = Float32Array.of(0, 0, 1, 0.25, 0, 0, 0.1, 0.8, 0, 0.5, 0.9, 1);
    const quality = qualityOf(scores, strengths, { groups: ['blur', 'noise', 'color'], thresholds: [0.5, 0.8, 0.1] });
    for (const [tile, expected] of [0.8, 0.8 * (1 - 0.9 / 16), 0.08, 0.08].entries()) expect(quality[tile]).toBeCloseTo(expected, 6);
  });
});

describe('the map at a pixel', () => {
  const grid = mapGrid(70, 50, { tile: 20, stride: 10 });
  const scores = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 24, maxLength: 24 });

  test('is the score of a tile in its middle, and nowhere beyond the scores', () => {
    fc.assert(
      fc.property(scores, fc.nat(70), fc.nat(50), (values, x, y) => {
        const map: QualityMap = { width: 70, height: 50, ...grid, scores: Float32Array.from(values) };
        for (const [index, { left, top }] of tilesOfMap(grid).entries())
          expect(valueAt(map, left + 10, top + 10)).toBeCloseTo(map.scores[index]!, 6);
        expect(valueAt(map, x, y)).toBeGreaterThanOrEqual(Math.min(...map.scores) - 1e-6);
        expect(valueAt(map, x, y)).toBeLessThanOrEqual(Math.max(...map.scores) + 1e-6);
        const quality = map.scores.map((score) => 1 - score);
        expect(valueAt({ ...map, quality }, x, y)).toBeCloseTo(1 - valueAt(map, x, y), 5);
      }),
    );
  });
});

describe('model.map', () => {
  const model = saveBrightnessModel(folder).then((path) => loadModel(path));
  /** White, with a black part at the right from column 60 on. */
  const [width, height] = [100, 40];
  const pixels: Pixels = {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 3) % width < 60 ? 255 : 0)),
  };

  test('scores each tile by its own pixels', async () => {
    const map = await (await model).map(pixels, { tile: 20, stride: 20 });
    expect(map).toMatchObject({ width, height, tile: 20, left: [0, 20, 40, 60, 80], top: [0, 20] });
    expect(Array.from(map.scores)).toEqual([1, 1, 1, 0, 0, 1, 1, 1, 0, 0].map((score) => expect.closeTo(score, 6)));
    const usual = await (await model).map(pixels);
    expect([usual.tile, usual.left[1], usual.scores.length]).toEqual([8, 4, 24 * 9]);
    const many = await (await model).map({ width: 2000, height: 900, data: new Uint8Array(2000 * 900 * 3).fill(51) }, { tile: 400 });
    expect(many.scores.every((score) => Math.abs(score - 0.2) < 1e-6)).toBe(true);
  });

  test.each<[options: object, message: RegExp]>([
    [{ tile: 4 }, /needs tiles of at least 8 pixels, but received 4/],
    [{ tile: 20.5 }, /tile must be a whole number above 0/],
    [{ stride: 0 }, /stride must be a whole number above 0/],
    [{ sride: 4 }, /There is no option sride\. Did you mean "stride"\?/],
    [{ signal: 'soon' }, /signal must be an AbortSignal/],
  ])('%j is refused with a ModelError', async (options, message) => {
    const error = await (await model).map(pixels, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ code: 'ERR_ANTONYM_BAD_ARGUMENT', message: expect.stringMatching(message) });
  });

  test('says what is wrong with an image, and ends with the reason of its signal', async () => {
    const small = await (await model).map({ width: 20, height: 7, data: new Uint8Array(420) }).catch((reason: unknown) => reason);
    expect(small).toBeInstanceOf(ImageError);
    expect(small).toMatchObject({ code: 'ERR_ANTONYM_TOO_SMALL' });
    const endless = { width: 1000, height: 1000, data: new Uint8Array(3e6) };
    await expect((await model).map(endless, { stride: 1 })).rejects.toThrow(/986049 tiles is too large, the most are 200000/);
    const calledOff = new AbortController();
    const mapping = (await model).map(endless, { stride: 4, signal: calledOff.signal });
    setTimeout(() => calledOff.abort(new Error('no longer wanted')), 20);
    await expect(mapping).rejects.toThrow('no longer wanted');
    await (await model).close();
  });
});
