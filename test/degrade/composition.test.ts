import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Composition,
  degrade,
  parseDistortionNames,
  parseDistortionPool,
  sampleComposition,
  strengthsOf,
} from '#antonym/degrade/composition.js';
import { distortionGroups } from '#antonym/degrade/distortion.js';
import { distortionNames, distortions } from '#antonym/degrade/distortions/table.js';
import { meanSquaredError } from '#antonym/degrade/fidelity.js';
import { kadid10k } from '#antonym/degrade/kadid10k.js';
import { parseComposition } from '#antonym/degrade/parse-composition.js';
import { releasePixels } from '#antonym/degrade/pixel-buffers.js';
import type { Image } from '#antonym/images/image.js';
import { randomStream } from '#antonym/support/random.js';
import { colorDifference, structuralDistance } from './distances.js';
import { variedCrop, variedCrops } from './varied-crops.js';

const seed = fc.integer();
const maxDistortions = fc.integer({ min: 1, max: 7 });

describe('sampleComposition', () => {
  test('draws at most one distortion of each group, at most the maximum, with every parameter in its range', () => {
    fc.assert(
      fc.property(seed, maxDistortions, (value, maximum) => {
        const composition = sampleComposition(randomStream(value), { maxDistortions: maximum });
        const groups = composition.distortions.map(({ name }) => distortions[name].group);
        expect(groups.length).toBeGreaterThanOrEqual(1);
        expect(groups.length).toBeLessThanOrEqual(maximum);
        expect(new Set(groups).size).toBe(groups.length);
        expect(parseComposition(JSON.parse(JSON.stringify(composition)))).toEqual(composition);
      }),
    );
  });

  test('every count, group, type and order comes up, as often as it should', () => {
    const [counts, names, first] = [new Map<number, number>(), new Map<string, number>(), new Map<string, number>()];
    const add = <K>(map: Map<K, number>, key: K): unknown => map.set(key, (map.get(key) ?? 0) + 1);
    const draws = 4000;
    for (let draw = 0; draw < draws; draw++) {
      const composition = sampleComposition(randomStream(1, draw), { maxDistortions: 4 }).distortions;
      add(counts, composition.length);
      for (const { name } of composition) add(names, name);
      add(first, distortions[composition[0]!.name].group);
    }
    // Five standard errors.
    for (const count of [1, 2, 3, 4]) expect(Math.abs(counts.get(count)! / draws - 1 / 4)).toBeLessThan(0.035);
    const groups = distortionGroups.filter((group) => group !== 'pipeline');
    for (const group of groups) expect(Math.abs(first.get(group)! / draws - 1 / 7)).toBeLessThan(0.028);
    expect([...names.keys()].sort()).toEqual([...kadid10k].sort());
    for (const name of kadid10k) {
      const inGroup = kadid10k.filter((other) => distortions[other].group === distortions[name].group).length;
      expect(Math.abs(names.get(name)! / draws - 2.5 / 7 / inGroup)).toBeLessThan(0.04);
    }
  });

  test('weighted sampling: one distortion alone by its weight, several together as without weights', () => {
    const draws = 4000;
    const alone = new Map<string, number>();
    for (let draw = 0; draw < draws; draw++) {
      const weighted = sampleComposition(randomStream(1, draw), { maxDistortions: 4, sampling: 'weighted' });
      const uniform = sampleComposition(randomStream(1, draw), { maxDistortions: 4 });
      expect(weighted.distortions.length).toBe(uniform.distortions.length);
      if (uniform.distortions.length > 1) expect(weighted).toEqual(uniform);
      const { name } = sampleComposition(randomStream(2, draw), { maxDistortions: 1, sampling: 'weighted' }).distortions[0]!;
      alone.set(name, (alone.get(name) ?? 0) + 1);
    }
    expect([...alone.keys()].sort()).toEqual([...kadid10k].sort());
    // Five standard errors.
    expect(Math.abs(alone.get('jpeg')! / draws - 12 / 45)).toBeLessThan(0.035);
    expect(Math.abs(alone.get('mean-shift')! / draws - 2 / 45)).toBeLessThan(0.017);
    expect(Math.abs(alone.get('white-noise')! / draws - 1 / 45)).toBeLessThan(0.012);
  });

  test('a restricted pool', () => {
    const pool = parseDistortionNames(['jpeg', 'lens-blur', 'gaussian-blur']);
    fc.assert(
      fc.property(seed, (value) => {
        const { distortions: drawn } = sampleComposition(randomStream(value), { maxDistortions: 4, distortions: pool });
        expect(drawn.length).toBeLessThanOrEqual(2);
        for (const { name } of drawn) expect(pool).toContain(name);
      }),
    );
    expect(() => sampleComposition(randomStream(1), { maxDistortions: 1, distortions: [] })).toThrow(RangeError);
    expect(() => sampleComposition(randomStream(1), { maxDistortions: 0 })).toThrow(RangeError);
  });
});

test('parseDistortionPool: names, groups and all, each distortion once', () => {
  expect(kadid10k.length).toBe(24);
  expect(parseDistortionPool(['all'])).toEqual(distortionNames);
  expect(parseDistortionPool(['blur', 'motion-blur', 'webp'])).toEqual(['gaussian-blur', 'lens-blur', 'motion-blur', 'webp']);
  expect(parseDistortionPool(['pipeline'])).toEqual(distortionNames.filter((name) => !kadid10k.includes(name)));
  expect(() => parseDistortionPool(['pipelin'])).toThrow('There is no distortion or group "pipelin". Did you mean "pipeline"?');
  expect(() => parseDistortionNames(['blur'])).toThrow(
    'There is no distortion "blur". "blur" is a group: gaussian-blur, lens-blur, motion-blur.',
  );
});

describe('degrade', () => {
  let crops: Image[];
  beforeAll(() => {
    crops = variedCrops();
  });

  test('level 0 is the image in a new buffer; the same composition gives the same bytes, through JSON too', async () => {
    const crop = crops[0]!;
    for (let draw = 0; draw < 20; draw++) {
      const composition = sampleComposition(randomStream(2, draw), { maxDistortions: 7 });
      const copy = await degrade(crop, composition, 0, 5);
      expect(copy).toEqual(crop);
      expect(copy.data.buffer).not.toBe(crop.data.buffer);
      const replayed: Composition = parseComposition(JSON.parse(JSON.stringify(composition)));
      expect((await degrade(crop, replayed, 4, 5)).data).toEqual((await degrade(crop, composition, 4, 5)).data);
    }
  });

  test('applies the distortions in their order at the strengths of the level', async () => {
    const crop = crops[1]!;
    const composition: Composition = {
      distortions: [
        { name: 'pixelate', parameters: {} },
        { name: 'white-noise', parameters: { seed: 8 } },
      ],
    };
    expect(strengthsOf(composition, 0, 5)).toEqual([]);
    const [blocks, noise] = strengthsOf(composition, 4, 5);
    expect([blocks, noise]).toEqual([
      { name: 'pixelate', strength: distortions.pixelate.severities[3] },
      { name: 'white-noise', strength: distortions['white-noise'].severities[3] },
    ]);
    const pixelated = await distortions.pixelate.apply(crop, blocks!.strength, {});
    const expected = await distortions['white-noise'].apply(pixelated, noise!.strength, { seed: 8 });
    expect((await degrade(crop, composition, 4, 5)).data).toEqual(expected.data);
    await expect(degrade(crop, composition, 6, 5)).rejects.toThrow(RangeError);
    await expect(degrade(crop, composition, -1, 5)).rejects.toThrow(RangeError);
  });

  test('every level of random compositions is further from pristine, by most of three distances, in 99 % of steps', async () => {
    let [steps, ordered] = [0, 0];
    for (const [index, crop] of crops.entries()) {
      for (let draw = 0; draw < 4; draw++) {
        const composition = sampleComposition(randomStream(3, index, draw), { maxDistortions: 4 });
        let before = [0, 0, 0];
        for (let level = 1; level <= 5; level++) {
          const image = await degrade(crop, composition, level, 5);
          const distances = [meanSquaredError, structuralDistance, colorDifference].map((distance) => distance(crop, image));
          steps++;
          if (distances.filter((distance, i) => distance > before[i]!).length >= 2) ordered++;
          before = distances;
        }
      }
    }
    expect(steps).toBe(400);
    expect(ordered / steps).toBeGreaterThanOrEqual(0.99);
  });
});

test('what one call returned stays as it is while others use memory again', async () => {
  const crop = variedCrop(0);
  const make = (index: number): Promise<Image> =>
    degrade(crop, sampleComposition(randomStream('memory', index), { maxDistortions: 4 }), 3, 5);
  const results = await Promise.all(Array.from({ length: 16 }, (_, index) => make(index)));
  const copies = results.map(({ data }) => Uint8Array.from(data));
  for (let index = 0; index < 16; index++) {
    const again = await make(index);
    expect(again.data).toEqual(copies[index]);
    releasePixels(again.data);
  }
  expect(results.map(({ data }) => data)).toEqual(copies);
});

describe('parseComposition', () => {
  const one = (name: string, parameters: unknown): unknown => ({ distortions: [{ name, parameters }] });
  test.each([
    [one('gausian-blur', {}), 'Did you mean "gaussian-blur"?'],
    [one('toString', {}), 'There is no distortion "toString".'],
    [one('white-noise', {}), '"white-noise" needs its parameter "seed"'],
    [one('white-noise', { seed: 1.5 }), '"white-noise" cannot take seed 1.5'],
    [one('white-noise', { seed: 1, sed: 2 }), '"white-noise" has no parameter "sed". Did you mean "seed"?'],
    [one('mean-shift', { sign: 0 }), 'cannot take sign 0: expected sign of the change, -1 or 1'],
    [one('motion-blur', { orientation: 4 }), 'cannot take orientation 4'],
    [one('color-shift', { direction: '1' }), 'The composition is not valid: distortions.0.parameters.direction'],
    [{ distortions: [] }, 'The composition is not valid: distortions'],
    [{ distortions: [], level: 3 }, 'The composition is not valid'],
    ['jpeg', 'The composition is not valid: top level'],
    [null, 'The composition is not valid: top level'],
  ])('%j: %s', (json, message) => {
    expect(() => parseComposition(json)).toThrow(message);
    expect(() => parseComposition(json)).toThrow(expect.objectContaining({ name: 'UserError' }));
  });
});
