import { expect, test } from 'vitest';
import { cropCount } from '#antonym/losses/levels.js';
import { rankedCrops, rankedLayout } from '#antonym/train/ranked-crops.js';

const sizes = { batchSize: 2, levels: 3 };
const cropBytes = 12;
/** Each byte says its photograph and its level: 10 photograph + level. */
const pixels = Uint8Array.from({ length: 2 * 4 * 2 * cropBytes }, (_, index) => {
  const level = Math.floor(index / (2 * cropBytes));
  return 10 * Math.floor(level / 4) + (level % 4);
});

test('with the pristine level, all crops of a batch are ranked', () => {
  const options = { ...sizes, pristineLevel: 'on' } as const;
  expect(rankedCrops(pixels, options)).toBe(pixels);
  expect(cropCount(rankedLayout(options)) * cropBytes).toBe(pixels.length);
});

test('without it, those of level 1 and up are: 10 pairs of five levels instead of 15', () => {
  const options = { ...sizes, pristineLevel: 'off' } as const;
  const ranked = rankedCrops(pixels, options);
  expect(ranked.length).toBe(cropCount(rankedLayout(options)) * cropBytes);
  const levels = Array.from({ length: 6 }, (_, level) => new Set(ranked.subarray(level * 2 * cropBytes, (level + 1) * 2 * cropBytes)));
  expect(levels.map((values) => [...values])).toEqual([[1], [2], [3], [11], [12], [13]]);
  const pairs = (pristineLevel: 'on' | 'off'): number => {
    const { levels: beyond } = rankedLayout({ batchSize: 1, levels: 5, pristineLevel });
    return (beyond * (beyond + 1)) / 2;
  };
  expect([pairs('on'), pairs('off')]).toEqual([15, 10]);
});
