import { expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { distortions } from '#antonym/degrade/distortions/table.js';
import { resolveOptions } from '#antonym/support/options/option-table.js';
import { openImageData } from '#antonym/train/data/training-images.js';
import { trainOptions } from '#antonym/train/options.js';
import { prototypesOf } from '#antonym/train/prototypes.js';
import { writePhotographs } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();

/** Its embedding is the mean color of a crop, which a test can compute, too. */
const colour: Backbone = {
  ...findBackbone('clip-tiny'),
  embedding: 3,
  trainNormalization: 'running',
  embed: ({ graph }, pixels) => graph.add('ReduceMean', [pixels, graph.integers(2, 3)], { keepdims: 0 }),
};

test('prototypes are mean directions of pristine crops, and of those that a group of distortions degraded most', async () => {
  await writePhotographs(folder, 3);
  const given = { data: folder, crop: '32', seed: '5', heldOut: '1', levels: '2', maxDistortions: '2', workers: '1' };
  const flags = { ...given, distortion: 'brighten,darken,white-noise' };
  const options = resolveOptions(trainOptions, { flags }, { cores: 2 }).values;
  const data = await openImageData(options);
  const { features, description } = await prototypesOf({ backbone: colour, parameters: {}, data, options });
  expect(description).toMatch(/^2 pairs of prototypes.*\(brightness, noise\)$/);

  const means = new Map<string, number[][]>();
  const feed = data.open();
  const sequence = feed.training();
  const side = 32 * 32;
  for (let index = 0; index < 96; index++) {
    const { record, pixels } = await sequence.pair(index);
    const units = [0, 1, 4, 5].map((crop) => {
      const sums = [0, 0, 0];
      for (let at = 0; at < side * 3; at++) sums[at % 3]! += pixels[crop * side * 3 + at]! / 255 / side;
      const embedding = sums.map((sum, channel) => (sum - colour.mean[channel]!) / colour.standardDeviation[channel]!);
      return embedding.map((value) => value / Math.hypot(...embedding));
    });
    for (const group of new Set(record.composition.distortions.map(({ name }) => distortions[name].group))) {
      const own = means.get(group) ?? [
        [0, 0, 0],
        [0, 0, 0],
      ];
      means.set(group, own);
      for (const [crop, unit] of units.entries()) for (const [channel, value] of unit.entries()) own[crop >> 1]![channel]! += value;
    }
  }
  await feed.close();
  const expected = ['brightness', 'noise'].flatMap((group) =>
    means.get(group)!.flatMap((sum) => sum.map((value) => value / Math.hypot(...sum))),
  );
  expect(features.shape).toEqual([2, 2, 3]);
  for (const [at, value] of expected.entries()) expect(features.data[at]).toBeCloseTo(value, 4);
});
