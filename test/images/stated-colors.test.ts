/** Files that say what their numbers mean, against the pixels in sRGB that Chromium shows (golden/make_stated_colors.py). */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '#antonym/images/decode-image.js';
import { heifColors } from '#antonym/images/heif-colors.js';
import { srgbPrimaries } from '#antonym/images/rgb-profile.js';

interface Case {
  readonly name: string;
  /** Base64. */
  readonly file: string;
  /** Red, green and blue of each square, row by row. */
  readonly shown: readonly number[];
}
const golden = (name: string): URL => new URL(`golden/${name}`, import.meta.url);
const { side, cases } = JSON.parse(readFileSync(golden('stated-colors.json'), 'utf8')) as { side: number; cases: Case[] };
const fileOf = (name: string): Buffer => Buffer.from(cases.find((one) => one.name === name)!.file, 'base64');

/** Colors in the middle of squares. */
async function seen(file: Uint8Array): Promise<number[]> {
  const { width, data } = await decodeImage(file);
  const square = width / side;
  const middle = (place: number): number => Math.floor(place * square + square / 2);
  const at = (x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  return Array.from({ length: side ** 2 }, (_, index) => at(middle(index % side), middle(Math.floor(index / side)))).flat();
}

function difference(left: readonly number[], right: readonly number[]): number {
  return Math.max(...left.map((value, index) => Math.abs(value - right[index]!)));
}

describe('colors', () => {
  /** Decoders of AVIF and tables of color management differ from Chromium's where colors are vivid or dark. */
  const tolerances: readonly (readonly [name: RegExp, levels: number])[] = [
    [/^AVIF/, 4],
    [/gray/, 3],
    [/16 bits of linear light/, 20],
  ];

  test.each(cases)('are those that Chromium shows: $name', async ({ name, file, shown }) => {
    const most = tolerances.find(([pattern]) => pattern.test(name))?.[1] ?? 1;
    const pixels = await seen(Buffer.from(file, 'base64'));
    expect(difference(pixels, shown)).toBeLessThanOrEqual(most);
    expect(pixels.reduce((sum, value, index) => sum + Math.abs(value - shown[index]!), 0) / pixels.length).toBeLessThan(0.6);
  });

  test('of 16 bits with a profile are the same in TIFF', async () => {
    const png = fileOf('PNG: iCCP, 16 bits');
    const tiff = await sharp(png).keepIccProfile().toColourspace('rgb16').tiff({ compression: 'lzw' }).toBuffer();
    expect(await sharp(tiff).metadata()).toMatchObject({ depth: 'ushort', hasProfile: true });
    expect(await seen(tiff)).toEqual(await seen(png));
  });
});

describe('a HEIF container', () => {
  const avif = fileOf('AVIF: nclx of Display P3');
  const description = (): Buffer => Buffer.from(avif);

  test('says the colors of its primary picture', async () => {
    expect(heifColors(description()).coding).toMatchObject({ primaries: { red: [0.68, 0.32] }, transfer: 'srgb' });
    expect(heifColors(fileOf('AVIF: nclx of BT.709'))).toEqual({});
    const linear = description();
    linear.writeUInt16BE(8, linear.indexOf('colrnclx') + 10);
    linear.writeUInt16BE(1, linear.indexOf('colrnclx') + 8);
    expect(heifColors(linear).coding).toEqual({ primaries: srgbPrimaries, transfer: 1 });
    expect(heifColors(readFileSync(golden('quadrants.heic')))).toEqual({});
    const profiled = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .withIccProfile('p3')
      .avif()
      .toBuffer();
    expect(heifColors(profiled).profile?.toString('latin1', 36, 40)).toBe('acsp');
  });

  test('that is cut or altered anywhere has colors or a reason', () => {
    for (let at = 0; at < avif.length; at++) {
      for (const file of [avif.subarray(0, at), description().fill(255, at, at + 1), description().fill(0, at, at + 1)]) {
        try {
          heifColors(file);
        } catch (error) {
          expect((error as Error).message).toMatch(/^its colors are coded as|^it is in HDR/);
        }
      }
    }
  });
});
