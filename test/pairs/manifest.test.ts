import { expect, test } from 'vitest';
import { loadImage } from '#antonym/datasets/load-image.js';
import { strengthsOf } from '#antonym/degrade/composition.js';
import { formatManifest, type ManifestRow, parseManifest, replayRow } from '#antonym/pairs/manifest.js';
import { makePair } from '#antonym/pairs/pair.js';
import { sha256Of } from '#antonym/support/sha256.js';
import { rendered } from './folder-of-photographs.js';

const image = { ...rendered(1), look: 'photographic' } as const;

async function rowsOf(crop: number, levels: number): Promise<ManifestRow[]> {
  const request = { image, levels, crop, maxDistortions: 4, stream: [3, 'manifest'] } as const;
  const { record, pixels } = await makePair(request, loadImage);
  const size = crop * crop * 3;
  return Array.from({ length: (levels + 1) * 2 }, (_, place) => {
    const level = Math.floor(place / 2);
    return {
      pair: 0,
      dataset: 'procedural',
      image,
      crops: record.crops,
      composition: record.composition,
      levels,
      level,
      crop: place % 2 === 0 ? 0 : 1,
      strengths: strengthsOf(record.composition, level, levels),
      file: `pairs/000000/level-${level}-crop-${place % 2}.png`,
      pixelsSha256: sha256Of(pixels.subarray(place * size, (place + 1) * size)),
      fileSha256: sha256Of(new Uint8Array()),
    };
  });
}

test('what is written is read, and every crop made again has the hash of its row', async () => {
  const rows = await rowsOf(32, 3);
  const read = parseManifest(formatManifest(rows), 'manifest.jsonl');
  expect(read).toEqual(rows);
  const pristine = await loadImage(image);
  for (const row of read) expect(sha256Of((await replayRow(pristine, row)).data)).toBe(row.pixelsSha256);
  expect(new Set(read.map((row) => row.pixelsSha256)).size).toBe(8);
});

test('damage is named by line and key', async () => {
  const rows = await rowsOf(32, 2);
  const text = formatManifest(rows);
  const changed = (change: object): string => text + JSON.stringify({ ...rows[0], ...change });
  expect(() => parseManifest(text.slice(0, -20), 'm.jsonl')).toThrow('m.jsonl, line 6 is not valid JSON');
  expect(() => parseManifest(changed({ levle: 1 }), 'm.jsonl')).toThrow(/^m\.jsonl, line 7: .*levle/);
  expect(() => parseManifest(changed({ level: 3 }), 'm.jsonl')).toThrow('m.jsonl, line 7: level 3 is above the number of levels, 2');
  expect(() => parseManifest(changed({ crop: 2 }), 'm.jsonl')).toThrow('m.jsonl, line 7: crop: ');
  const crops = [rows[0]!.crops[0], { ...rows[0]!.crops[1], width: 31 }];
  expect(() => parseManifest(changed({ crops }), 'm.jsonl')).toThrow('m.jsonl, line 7: the two crops differ in size');
  expect(parseManifest('', 'm.jsonl')).toEqual([]);
});

test('a composition that this version does not know is refused on replay', async () => {
  const [, , row] = await rowsOf(32, 2);
  const composition = { distortions: [{ name: 'gausian-blur', parameters: {} }] };
  await expect(replayRow(await loadImage(image), { ...row!, composition })).rejects.toThrow('Did you mean "gaussian-blur"?');
});
