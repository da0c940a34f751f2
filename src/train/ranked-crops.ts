/** The part of a batch that losses rank: with the pristine level or without it. */
import type { BatchLayout } from '../losses/levels.js';
import type { TrainOptions } from './options.js';

/** The layout of the ranked crops of a batch. */
export function rankedLayout({
  batchSize,
  levels,
  pristineLevel,
}: Pick<TrainOptions, 'batchSize' | 'levels' | 'pristineLevel'>): BatchLayout {
  return { photographs: batchSize, levels: pristineLevel === 'on' ? levels : levels - 1 };
}

/**
 * The ranked crops of a batch.
 * @param pixels [photographs, levels + 1, 2, side, side, 3]
 * @returns the same, or without level 0 a copy, [photographs, levels, 2, side, side, 3]
 */
export function rankedCrops(
  pixels: Uint8Array<ArrayBuffer>,
  { batchSize, levels, pristineLevel }: Pick<TrainOptions, 'batchSize' | 'levels' | 'pristineLevel'>,
): Uint8Array<ArrayBuffer> {
  if (pristineLevel === 'on') return pixels;
  const level = pixels.length / (batchSize * (levels + 1));
  const ranked = new Uint8Array(pixels.length - batchSize * level);
  for (let photograph = 0; photograph < batchSize; photograph++) {
    const start = photograph * (levels + 1) * level;
    ranked.set(pixels.subarray(start + level, start + (levels + 1) * level), photograph * levels * level);
  }
  return ranked;
}
