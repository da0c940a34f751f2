/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** examples/browser in headless Chromium: the page that users get, with ONNX Runtime's WebAssembly build. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '#antonym/index.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { type ScoredPhotographs, scoredPhotographs } from './scored-photographs.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const title = `examples/browser${executablePath === undefined ? ' (skipped: no chromium; Debian: apt-get install chromium)' : ''}`;

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.onnx': 'application/octet-stream',
  '.wasm': 'application/wasm',
};

/** A static web server as any other. */
async function serve(folder: string): Promise<Server> {
  const server = createServer(async ({ url }, response) => {
    const path = join(folder, url === '/' ? 'index.html' : decodeURIComponent(url ?? ''));
    const content = await readFile(path).catch(() => undefined);
    response.writeHead(content ? 200 : 404, { 'content-type': contentTypes[extname(path)] ?? 'text/plain' }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const folder = await temporaryFolder();

describe.skipIf(executablePath === undefined)(title, () => {
  let prepared: ScoredPhotographs;
  let [server, browser, page]: [Server?, Browser?, Page?] = [];
  const requests: string[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    prepared = await scoredPhotographs(folder);
    const script = fileURLToPath(new URL('../../examples/browser/make-site.js', import.meta.url));
    await promisify(execFile)(process.execPath, [script, prepared.model, join(folder, 'site')]);
    server = await serve(join(folder, 'site'));
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'], timeout: 100_000 });
    page = await browser.newPage();
    page.setDefaultTimeout(100_000);
    page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => errors.push(message.text()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.getByText('0 is bad, 1 is good').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** The texts of the page about files, by name, when it has dealt with all. */
  async function resultsFor(count: number): Promise<Record<string, { score: number; text: string }>> {
    await page!.waitForFunction((rows) => document.querySelectorAll('li .score, li .error').length === rows, count);
    const rows = await page!.locator('li').evaluateAll((elements) =>
      elements.map((element) => ({
        name: element.querySelector('.name')?.textContent ?? '',
        score: Number((element as HTMLElement).dataset.score),
        text: element.textContent ?? '',
      })),
    );
    return Object.fromEntries(rows.map(({ name, ...result }) => [name, result]));
  }

  test('scores PNG files as Node.js does, within 1e-5, and says the same of them, without a network', async () => {
    await page!.context().setOffline(true);
    const { photographs, scores, whys } = prepared;
    await page!.setInputFiles('#files', [...photographs]);
    const results = await resultsFor(photographs.length);
    for (const [index, path] of photographs.entries()) {
      expect(Math.abs(results[basename(path)]!.score - scores[index]!), path).toBeLessThan(1e-5);
      expect(whys[index]).toMatch(/^(mostly|some) /);
      expect(results[basename(path)]!.text).toContain(whys[index]);
    }
    const shown = await page!.locator('li').evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.score)));
    expect(shown).toEqual([...shown].sort((a, b) => b - a));
  });

  test('takes dropped files, JPEG too, and says what it cannot read or score', async () => {
    const [photograph] = prepared.photographs;
    const jpeg = await sharp(photograph).withMetadata({ orientation: 6 }).jpeg({ quality: 90 }).toBuffer();
    const small = await sharp(photograph).resize(40, 31).png().toBuffer();
    const before = await page!.locator('li').count();
    await page!.evaluate(
      (files) => {
        const dataTransfer = new DataTransfer();
        for (const { name, base64 } of files) {
          const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          dataTransfer.items.add(new File([bytes], name));
        }
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      },
      [
        { name: 'scene.jpg', base64: jpeg.toString('base64') },
        { name: 'small.png', base64: small.toString('base64') },
        { name: 'notes.txt', base64: btoa('no image') },
      ],
    );
    const results = await resultsFor(before + 3);
    expect(results['small.png']!.text).toContain('40x31 pixels are too small: the model needs at least 32 on each side');
    expect(results['notes.txt']!.text).toContain('cannot read it as an image');
    const loaded = await loadModel(prepared.model);
    // JPEG decoders may round differently; that it is a JPEG file at all changes the score by 5e-4
    expect(Math.abs(results['scene.jpg']!.score - (await loaded.score(jpeg)))).toBeLessThan(1e-4);
    await loaded.close();
  });

  test('shows where a photograph is good and where it is not, by the quality of its parts in Node.js', async () => {
    const [path] = prepared.photographs;
    const row = page!.locator('li', { hasText: basename(path!) });
    await row.getByRole('button', { name: 'Where?' }).click();
    await row.locator('.map').waitFor();
    const model = await loadModel(prepared.model);
    const { width, quality } = await model.map(path!);
    await model.close();
    const picture = row.locator('.picture');
    const [lowest, highest] = [Math.min(...quality!), Math.max(...quality!)].map((score) => score.toFixed(2));
    expect(await picture.getAttribute('aria-label')).toBe(`Where it is good: parts have ${lowest} to ${highest}`);
    const drawn = await picture.evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      return { width, colored: data.some((value, index) => index % 4 === 0 && value !== data[index + 2]) };
    });
    expect(drawn).toEqual({ width, colored: true });
    await row.getByRole('button', { name: 'Hide' }).click();
    expect(await row.locator('.map').isVisible()).toBe(false);
  });

  test('sends nothing anywhere', () => {
    const own = `http://127.0.0.1:${(server!.address() as AddressInfo).port}/`;
    expect(requests.filter((request) => !request.startsWith(`GET ${own}`) && !request.startsWith(`GET blob:${own}`))).toEqual([]);
    expect(requests.filter((request) => request.startsWith(`GET ${own}model/`))).toHaveLength(2);
    expect(errors).toEqual([]);
  });
});
