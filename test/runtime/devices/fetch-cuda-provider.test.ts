import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fetchFromNuget } from '#antonym/runtime/devices/fetch-cuda-provider.js';
import { type Layout, zip } from '../../support/archives/make-zip.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const names = ['native/libone.so', 'native/libtwo.so', 'readme.txt'];
const content = Buffer.alloc(100_000, 'library');

/** The answers of a feed of packages, by path; a number is a status. */
const answers = new Map<string, Buffer | number>();
let cut = false;
const server = createServer(({ url = '' }, response) => {
  const answer = answers.get(url) ?? 404;
  if (typeof answer === 'number') response.writeHead(answer).end();
  else if (cut && url.endsWith('.nupkg')) {
    response.writeHead(200, { 'content-length': answer.length });
    response.write(answer.subarray(0, 100), () => response.destroy());
  } else response.end(answer);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => server.close());
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function serve(layout: Layout = {}): void {
  answers.clear();
  const resources = [
    { '@id': `${address}/search`, '@type': 'SearchQueryService' },
    { '@id': `${address}/flat/`, '@type': 'PackageBaseAddress/3.0.0' },
  ];
  answers.set('/index.json', Buffer.from(JSON.stringify({ version: '3.0.0', resources })));
  answers.set('/flat/cuda.provider/index.json', Buffer.from(JSON.stringify({ versions: ['1.0.0', '1.2.0'] })));
  answers.set('/flat/cuda.provider/1.2.0/cuda.provider.1.2.0.nupkg', zip({ names, content, method: 8, ...layout }));
}

async function target(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, 'libone.so'), 'the one before');
  return path;
}

const fetched = (to: string, version = '1.2.0', files: readonly string[] = names.slice(0, 2)): Promise<string[]> =>
  fetchFromNuget({ source: { index: `${address}/index.json`, name: 'Cuda.Provider', version }, files, folder: to });

describe('a package of NuGet', () => {
  test('is downloaded, and its files take the place of those before', async () => {
    serve();
    const to = await target('good');
    const progress: number[] = [];
    const source = { index: `${address}/index.json`, name: 'Cuda.Provider', version: '1.2.0' };
    const onProgress = (done: number, total: number): number => progress.push(done / total);
    const paths = await fetchFromNuget({ source, files: names.slice(0, 2), folder: to, onProgress });
    expect(paths.map((path) => basename(path))).toEqual(['libone.so', 'libtwo.so']);
    for (const path of paths) expect((await readFile(path)).equals(content)).toBe(true);
    expect((await readdir(to)).sort()).toEqual(['libone.so', 'libtwo.so']);
    expect(progress.at(-1)).toBe(1);
  });

  test.each<[string, () => Promise<string[]>, RegExp]>([
    ['of a version that is not there', async () => fetched(await target('version'), '1.3.0'), /no version 1\.3\.0 of Cuda\.Provider/],
    ['without a file', async () => fetched(await target('file'), '1.2.0', ['native/libthree.so']), /has no native\/libthree\.so/],
    [
      'that is damaged',
      async () => {
        serve({ crc: 1 });
        return fetched(await target('damaged'));
      },
      /does not match its checksum/,
    ],
    [
      'whose connection breaks off',
      async () => {
        cut = true;
        return fetched(await target('cut')).finally(() => {
          cut = false;
        });
      },
      /broke off|ended after/,
    ],
    [
      'of a feed that answers otherwise',
      async () => {
        answers.set('/index.json', Buffer.from('<html>'));
        return fetched(await target('page'));
      },
      /index\.json does not answer like a NuGet server/,
    ],
    [
      'of a feed that has no answer',
      async () => {
        answers.set('/index.json', 503);
        return fetched(await target('status'));
      },
      /index\.json answered with status 503/,
    ],
  ])('%s leaves what was there, and says why', async (_, fetching, message) => {
    serve();
    const before = new Set(await readdir(folder));
    await expect(fetching()).rejects.toThrow(message);
    const [name] = (await readdir(folder)).filter((own) => !before.has(own));
    expect(await readdir(join(folder, name!))).toEqual(['libone.so']);
    expect(await readFile(join(folder, name!, 'libone.so'), 'utf8')).toBe('the one before');
  });
});
