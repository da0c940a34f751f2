import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { afterAll, expect, test, vi } from 'vitest';
import type { FileReference } from '#antonym/datasets/image-reference.js';
import { findNearDuplicates } from '#antonym/datasets/pristine/find-near-duplicates.js';
import type { Fingerprint } from '#antonym/datasets/pristine/fingerprint.js';
import { nearDuplicateGroups } from '#antonym/datasets/pristine/near-duplicates.js';
import type { Image } from '#antonym/images/image.js';
import { randomStream } from '#antonym/support/random.js';
import { rendered } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { haveKodak, kodakPhotographs, renderedPhotographs } from './photographs.js';

const folder = await temporaryFolder();
vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
afterAll(() => vi.unstubAllEnvs());

async function save(name: string, content: Uint8Array): Promise<FileReference> {
  const path = join(folder, name);
  await writeFile(path, content);
  return { kind: 'file', id: name, path };
}

/** The changes that people make to a photograph before they put it into the same folder again. */
const copies: Record<string, (image: Sharp, width: number, height: number) => Sharp> = {
  'a.jpg': (image) => image.jpeg({ quality: 30 }),
  'b.webp': (image, width) => image.resize(Math.round(width / 2)).webp({ quality: 60 }),
  'c.png': (image) => image.linear(1.15, 10).png(),
  'd.png': (image) => image.greyscale().png(),
  'e.png': (image, width, height) => image.extract({ left: 6, top: 5, width: width - 12, height: height - 10 }).png(),
};

test('copies of a photograph are in one group, different photographs are not', async () => {
  const photographs = [...(await renderedPhotographs(8, 480, 320)), ...(haveKodak ? await kodakPhotographs() : [])];
  const files: FileReference[] = [await save('broken.png', Buffer.from('nothing')), await save('empty.png', Buffer.alloc(0))];
  const expected: string[][] = [];
  for (const [index, { data, width, height }] of photographs.entries()) {
    const original = sharp(data, { raw: { width, height, channels: 3 } });
    const own = [await save(`${index}.png`, await original.clone().png({ compressionLevel: 1 }).toBuffer())];
    if (index % 2 === 0) {
      for (const [name, change] of Object.entries(copies)) {
        own.push(await save(`${index}-${name}`, await change(original.clone(), width, height).toBuffer()));
      }
      expected.push(own.map(({ id }) => id));
    }
    files.push(...own);
  }
  const groups = await findNearDuplicates(files);
  expect(groups.map((group) => group.map(({ id }) => id))).toEqual(expected);
});

test('a folder of sixteen photographs or more is decoded once, a smaller one every time', async () => {
  for (const [count, isKept] of [
    [15, false],
    [16, true],
  ] as const) {
    const files: FileReference[] = [];
    const [{ data, width, height }] = (await renderedPhotographs(1, 96, 80)) as [Image];
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    await mkdir(join(folder, String(count)));
    for (let index = 0; index < count; index++) files.push(await save(`${count}/${index}.png`, png));
    for (const { path } of files) await utimes(path, 1, 1);
    expect(await findNearDuplicates(files)).toEqual([files]);
    // of the same size and time, but no images
    for (const { path } of files) {
      await writeFile(path, Buffer.alloc(png.length));
      await utimes(path, 1, 1);
    }
    expect(await findNearDuplicates(files)).toEqual(isKept ? [files] : []);
  }
});

test('rendered images repeat none', async () => {
  const images = await renderedPhotographs(40, 192, 128);
  const files = await Promise.all(
    images.map(async ({ data, width, height }, index) =>
      save(
        `r${index}.png`,
        await sharp(data, { raw: { width, height, channels: 3 } })
          .png()
          .toBuffer(),
      ),
    ),
  );
  expect(await findNearDuplicates(files)).toEqual([]);
  expect(await findNearDuplicates([rendered(1), rendered(1)])).toEqual([]);
});

/** Signs within 7 places and correlation from .9: compared one by one. */
function slowly(fingerprints: readonly Fingerprint[]): Set<string> {
  const pairs = new Set<string>();
  for (const [b, second] of fingerprints.entries()) {
    for (const [a, first] of fingerprints.slice(0, b).entries()) {
      const different = [...first.signs].reduce((sum, byte, place) => {
        return sum + (byte ^ second.signs[place]!).toString(2).replaceAll('0', '').length;
      }, 0);
      if (different <= 7 && correlationOf(first.means, second.means) >= 0.9) pairs.add(`${a},${b}`);
    }
  }
  return pairs;
}

function correlationOf(a: Uint8Array, b: Uint8Array): number {
  const centred = (values: Uint8Array): number[] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [...values].map((value) => value - mean);
  };
  const dot = (x: number[], y: number[]): number => x.reduce((sum, value, place) => sum + value * y[place]!, 0);
  const [x, y] = [centred(a), centred(b)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

test('groups are those of comparing every two', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = randomStream(seed);
      const fingerprints: Fingerprint[] = [];
      for (let index = 0; index < 40; index++) {
        const original = index > 0 && random.uniform() < 0.6 ? fingerprints[random.integer(index)]! : undefined;
        const signs = Uint8Array.from({ length: 8 }, (_, place) => original?.signs[place] ?? random.integer(256));
        for (let flips = random.integer(10); original && flips > 0; flips--) signs[random.integer(8)]! ^= 1 << random.integer(8);
        const amount = random.uniform() < 0.8 ? 20 : 120;
        const means = Uint8Array.from({ length: 256 }, (_, place) =>
          original === undefined ? random.integer(200) : Math.min(255, original.means[place]! + random.integer(amount)),
        );
        fingerprints.push({ signs, means });
      }
      const groups = nearDuplicateGroups(fingerprints);
      const groupOf = (index: number): number => groups.findIndex((group) => group.includes(index));
      const pairs = slowly(fingerprints);
      for (const pair of pairs) {
        const [a, b] = pair.split(',').map(Number) as [number, number];
        expect(groupOf(a)).toBe(groupOf(b));
        expect(groupOf(a)).not.toBe(-1);
      }
      // And nobody is in a group without a reason.
      for (const group of groups) {
        for (const member of group)
          expect(group.some((other) => pairs.has(`${Math.min(member, other)},${Math.max(member, other)}`))).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test('thousands of copies of one picture, or of none, take a second', () => {
  const random = randomStream(1);
  const drawn = (): Fingerprint => ({
    signs: Uint8Array.from({ length: 8 }, () => random.integer(256)),
    means: Uint8Array.from({ length: 256 }, () => random.integer(256)),
  });
  const one = drawn();
  expect(nearDuplicateGroups(Array.from({ length: 20_000 }, () => one)).map((group) => group.length)).toEqual([20_000]);
  const plain = { signs: new Uint8Array(8), means: new Uint8Array(256).fill(9) };
  expect(nearDuplicateGroups(Array.from({ length: 20_000 }, () => plain))).toEqual([]);
  expect(nearDuplicateGroups(Array.from({ length: 10_000 }, drawn))).toEqual([]);
});
