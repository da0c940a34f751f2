import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { degrade, parseDistortionPool, sampleComposition, strengthsOf } from '#antonym/degrade/composition.js';
import { distortions } from '#antonym/degrade/distortions/table.js';
import { singleDistortion } from '#antonym/degrade/gallery.js';
import { kadid10k } from '#antonym/degrade/kadid10k.js';
import { parseComposition } from '#antonym/degrade/parse-composition.js';
import { requireRankable, severitiesOf } from '#antonym/degrade/published-severities.js';
import type { Image } from '#antonym/images/image.js';
import { randomStream } from '#antonym/support/random.js';
import { variedCrop } from './varied-crops.js';

const rankable = parseDistortionPool(['kadid-10k', '-mean-shift', '-linear-contrast-change']);

describe('the severity tables of KADID-10k', () => {
  let crop: Image;
  beforeAll(() => {
    crop = variedCrop(0);
  });

  test('are those that docs/distortions.md shows beside ours', async () => {
    const page = await readFile('docs/distortions.md', 'utf8');
    const rows = page.split('\n').flatMap((line) => {
      const [, name, ours, theirs] = /^\| ([a-z0-9-]+) +\| ([^|]+?) +\| ([^|]+?) +\|/.exec(line) ?? [];
      return kadid10k.flatMap((known) => (known === name ? [{ name: known, ours: ours!, theirs: theirs! }] : []));
    });
    expect(rows.map(({ name }) => name)).toEqual(kadid10k);
    const numbers = (text: string): number[] => text.replace(' (±)', '').split(' ').map(Number);
    for (const { name, ours, theirs } of rows) {
      expect(numbers(theirs), name).toEqual(
        severitiesOf(name, 'kadid').map((strength) => Number(strength.toPrecision(theirs.includes('1.13') ? 3 : 2))),
      );
      expect(ours === 'as published' ? numbers(theirs) : numbers(ours), name).toEqual(distortions[name].severities);
    }
    const same = rows.filter(({ ours }) => ours === 'as published').length;
    expect(same).toBe(7);
    expect(page).toContain('Seven of the 24 severity tables');
  });

  test('are converted as docs/distortions.md says, and patches have the sides that it states', async () => {
    const page = await readFile('docs/distortions.md', 'utf8');
    const publishedAs = (name: string): number[] =>
      new RegExp(`^\\| ${name} .*published as ([ .0-9]+?), see below`, 'm').exec(page)![1]!.split(' ').map(Number);
    const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));
    expect(page).toContain('1 / (.95 - strength^.6) of the published number');
    expect(severitiesOf('pixelate', 'kadid')).toEqual(close(publishedAs('pixelate').map((strength) => 1 / (0.95 - strength ** 0.6))));
    expect(page).toContain('one displacement with the variance of the published five');
    expect(severitiesOf('jitter', 'kadid')).toEqual(close(publishedAs('jitter').map((strength) => Math.sqrt(5 * strength ** 2))));
    expect(page).toContain('patches of 1/14 and 1/7 of the shorter side, which are the published 16 and 32 pixels on a\n  crop of 224');
    for (const [name, side] of [
      ['non-eccentricity-patch', 16],
      ['color-block', 32],
    ] as const) {
      const { width, height, data } = variedCrop(0);
      const stretched = Uint8Array.from({ length: 224 * 224 * 3 }, (_, index) => data[index % (width * height * 3)]!);
      const image = { width: 224, height: 224, data: stretched };
      const changed = (await distortions[name].apply(image, 1, { seed: 7 })).data;
      const columns = Array.from({ length: 224 * 224 }, (_, pixel) => pixel).filter((pixel) =>
        [0, 1, 2].some((channel) => changed[3 * pixel + channel] !== stretched[3 * pixel + channel]),
      );
      const extent = (places: readonly number[]): number => Math.max(...places) - Math.min(...places) + 1;
      expect([extent(columns.map((pixel) => pixel % 224)), extent(columns.map((pixel) => Math.floor(pixel / 224)))], name).toEqual([
        side,
        side,
      ]);
    }
  });

  test.each(kadid10k)('%s can be applied at every level, by a composition that travels as JSON', async (name) => {
    const composition = parseComposition(JSON.parse(JSON.stringify(singleDistortion(name, 1, 0, 'kadid'))));
    expect(composition.severity).toBe('kadid');
    const isSame: boolean[] = [];
    for (let level = 1; level <= 5; level++) {
      expect(strengthsOf(composition, level, 5)[0]!.strength).toBe(severitiesOf(name, 'kadid')[level - 1]);
      const { data, ...size } = await degrade(crop, composition, level, 5);
      expect(size).toEqual({ width: crop.width, height: crop.height });
      isSame.push(Buffer.compare(data, crop.data) === 0);
    }
    expect(isSame.slice(1)).toEqual([false, false, false, false]);
    const startsPristine = ['mean-shift', 'linear-contrast-change', 'motion-blur', 'gaussian-blur'].includes(name);
    if (startsPristine) expect(isSame[0]).toBe(true);
  });

  test('draw the same distortions and parameters as ours, but for signs, which they have themselves', () => {
    const draw = (severity: 'ordered' | 'kadid', seed: number) =>
      sampleComposition(randomStream(seed), { maxDistortions: 4, severity }).distortions.map(({ name, parameters: { sign, ...rest } }) => ({
        name,
        rest,
      }));
    for (let seed = 0; seed < 50; seed++) expect(draw('kadid', seed)).toEqual(draw('ordered', seed));
    expect(singleDistortion('mean-shift', 3, 0, 'kadid').distortions[0]!.parameters).toEqual({ sign: 1 });
  });

  test('are refused for ranking where levels turn back, where level 1 is pristine, and where there is none', () => {
    expect(() => requireRankable(kadid10k, 'kadid', false)).toThrow(
      "mean-shift (0, 0.08, -0.08, 0.15, -0.15) and linear-contrast-change (0, 0.15, -0.4, 0.3, -0.6) in KADID-10k's tables do not grow in order",
    );
    expect(() => requireRankable(rankable, 'kadid', true)).toThrow(
      /^The first level of gaussian-blur, motion-blur, color-saturation-lab .*--pristine-level off/,
    );
    expect(() => requireRankable(rankable, 'kadid', false)).not.toThrow();
    expect(() => requireRankable(['webp'], 'kadid', false)).toThrow('KADID-10k has no table for webp');
    expect(() => requireRankable(kadid10k, 'ordered', true)).not.toThrow();
    for (const name of rankable) {
      const strengths = severitiesOf(name, 'kadid');
      const steps = strengths.slice(1).map((strength, index) => Math.sign(strength - strengths[index]!));
      expect(new Set(steps).size, name).toBe(1);
    }
  });
});

test('a pool of distortions is named by parts and by what is taken out of them', () => {
  expect(rankable).toHaveLength(22);
  expect(parseDistortionPool(['all', '-pipeline'])).toEqual(kadid10k);
  expect(() => parseDistortionPool(['blur', '-blur'])).toThrow('No distortion is left of blur,-blur.');
  expect(() => parseDistortionPool(['all', '-blurr'])).toThrow('There is no distortion or group "blurr". Did you mean "blur"?');
});
