import sharp from 'sharp';
import { expect, test } from 'vitest';
import { loadImage } from '#antonym/datasets/load-image.js';
import { galleryRow } from '#antonym/degrade/gallery.js';
import { gallerySheet } from '#antonym/pairs/sheets/gallery-sheet.js';
import { galleryPage } from '#antonym/report/gallery-page.js';
import { escapeHtml } from '#antonym/support/escape-html.js';
import { rendered } from '../pairs/folder-of-photographs.js';

const pristine = await loadImage(rendered(0, 64, 48));
const rows = await Promise.all((['jpeg', 'darken'] as const).map((name) => galleryRow(pristine, name, 2, 3)));

test('the page holds every picture as it is, and needs nothing else', async () => {
  const page = await galleryPage({ title: 'photo.png', about: 'about', rows, pristine });
  const pictures = [...page.matchAll(/data:image\/webp;base64,([A-Za-z0-9+/=]+)/g)].map(([, base64]) => Buffer.from(base64!, 'base64'));
  const expected = [pristine, ...rows.flatMap(({ cells }) => cells.map(({ image }) => image))];
  const shown = await Promise.all(pictures.map((picture) => sharp(picture).raw().toBuffer()));
  const byBytes = (list: readonly Uint8Array[]): string[] => list.map((data) => Buffer.from(data).toString('base64')).sort();
  expect(byBytes(shown)).toEqual(byBytes(expected.map(({ data }) => data)));
  const targets = [...page.matchAll(/(?:\b(?:src|href)=|url\()"([^"]*)"/g)].map(([, target]) => target!);
  expect(targets.length).toBeGreaterThan(expected.length);
  expect(targets.filter((target) => !/^(data:image\/webp;|#)/.test(target))).toEqual([]);
  expect(page).not.toMatch(/<script|https?:/);
});

test('groups and distortions can be linked to; strengths and measurements are stated', async () => {
  const page = await galleryPage({ title: 'photo.png', about: 'about', rows, pristine });
  for (const anchor of ['compression', 'brightness', 'jpeg', 'darken']) {
    expect(page).toContain(`id="${anchor}"`);
    expect(page).toContain(`href="#${anchor}"`);
  }
  for (const { cells } of rows) {
    for (const { strength, psnr, ssim } of cells) {
      expect(page).toContain(`strength ${Number(strength.toPrecision(3))}<br>PSNR ${psnr.toFixed(1)} dB, SSIM ${ssim.toFixed(3)}`);
    }
  }
});

test('a name is text, whatever it contains', async () => {
  const title = `</title><img src=x onerror="alert('&')">`;
  expect(escapeHtml(title)).toBe('&lt;/title&gt;&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;');
  const page = await galleryPage({ title, about: title, rows: rows.slice(0, 1), pristine });
  expect(page).not.toContain('<img src=x');
});

test('the sheet shows every tile unchanged, in a grid of one row for each distortion', async () => {
  const { data, info } = await sharp(await gallerySheet(pristine, rows))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const first = Buffer.from(pristine.data.subarray(0, pristine.width * 3));
  const start = data.indexOf(first) / 3;
  const [left, top] = [start % info.width, Math.floor(start / info.width)];
  const tile = (x: number, y: number): Buffer =>
    Buffer.concat(
      Array.from({ length: pristine.height }, (_, row) =>
        data.subarray(((y + row) * info.width + x) * 3, ((y + row) * info.width + x + pristine.width) * 3),
      ),
    );
  const second = data.indexOf(first, (top + pristine.height) * info.width * 3) / 3;
  const column = (info.width - 2 * left + 8) / 3;
  for (const [index, { cells }] of rows.entries()) {
    const y = [top, Math.floor(second / info.width)][index]!;
    expect(tile(left, y).equals(pristine.data)).toBe(true);
    for (const [place, { image }] of cells.entries()) expect(tile(left + (place + 1) * column, y).equals(image.data)).toBe(true);
  }
});
