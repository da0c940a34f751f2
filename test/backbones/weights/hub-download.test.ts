/** Downloads from a server of our own on this machine that answers as the hub does. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { downloadPublished, downloadWeights, type HubOptions } from '#antonym/backbones/weights/hub-download.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const commit = '0123456789abcdef0123456789abcdef01234567';
const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251));
const sha256 = createHash('sha256').update(content).digest('hex');
const size = content.length;

/** Two shards, and the index that names them: a small file of text, of which the hub states Git's digest alone. */
const shards = {
  'model-00001-of-00002.safetensors': content.subarray(0, 200_000),
  'model-00002-of-00002.safetensors': content.subarray(200_000),
};
const index = Buffer.from(JSON.stringify({ weight_map: { first: Object.keys(shards)[0], second: Object.keys(shards)[1] } }));
const indexName = 'model.safetensors.index.json';
const gitDigest = createHash('sha1').update(`blob ${index.length}\0`).update(index).digest('hex');
const sharded: Readonly<Record<string, Buffer>> = { ...shards, [indexName]: index };

let server: Server;
let options: Required<Pick<HubOptions, 'hubUrl' | 'cache'>>;
/** The files of the hub, and its behavior. */
let hub: { files: string[]; content: Buffer; sha: string; status: number; cutAt: number; isSilent: boolean; stalls: boolean };
/** Ranges of the file that were asked for. */
let ranges: (string | undefined)[];
/** Names of all headers that were sent, that of the program with its value. */
const headers = new Set<string>();
let downloads = 0;

beforeEach(async () => {
  hub = {
    files: ['pytorch_model.bin', 'model.safetensors'],
    content,
    sha: commit,
    status: 200,
    cutAt: size,
    isSilent: false,
    stalls: false,
  };
  ranges = [];
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  options = { hubUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cache: join(folder, `cache-${++downloads}`) };
});
afterEach(() => stop());

async function stop(): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

/** A file as the hub states it. */
function stated(path: string): Record<string, unknown> {
  const own = sharded[path] ?? content;
  if (path === indexName) return { type: 'file', path, size: own.length, oid: gitDigest };
  const lfs = { oid: createHash('sha256').update(own).digest('hex'), size: own.length, pointerSize: 1 };
  return { type: 'file', path, size: own.length, oid: '0', lfs };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url!, options.hubUrl).pathname;
  for (const [name, value] of Object.entries(request.headers)) headers.add(name === 'user-agent' ? `user-agent: ${value}` : name);
  const json = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  if (hub.isSilent) return;
  if (hub.status !== 200) return json(hub.status, { error: 'no' });
  if (path === '/api/models/owner/name/revision/main' || path === `/api/models/owner/name/revision/${commit}`)
    return json(200, { _id: '1', id: 'owner/name', sha: hub.sha });
  if (path === `/api/models/owner/name/paths-info/${commit}`) {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { paths: string[] };
    const found = hub.files.filter((name) => body.paths.includes(name));
    return json(200, found.map(stated));
  }
  const name = path.slice(`/owner/name/resolve/${commit}/`.length);
  if (!hub.files.includes(name) || !path.startsWith(`/owner/name/resolve/${commit}/`)) return json(404, { error: 'not found' });
  const whole = sharded[name] ?? hub.content;
  const size = whole.length;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const [from, to] = [Number(first ?? 0), Number(last ?? size - 1)];
  // the first request asks for one byte, to learn the size
  if (to > 0) ranges.push(request.headers.range);
  response.writeHead(first === undefined ? 200 : 206, {
    etag: `"${createHash('sha256').update(whole).digest('hex')}"`,
    'content-length': to - from + 1,
    ...(first !== undefined && { 'content-range': `bytes ${from}-${to}/${size}` }),
  });
  if (to < hub.cutAt) return void response.end(whole.subarray(from, to + 1));
  response.write(whole.subarray(from, hub.cutAt), () => hub.stalls || setTimeout(() => response.destroy(), 50));
}

describe('weights from the hub', () => {
  test('are downloaded once, into the cache that Python uses too', async () => {
    const progress: number[] = [];
    const path = await downloadWeights('owner/name', { ...options, onProgress: (done) => progress.push(done) });
    expect(path).toBe(join(options.cache, 'models--owner--name', 'snapshots', commit, 'model.safetensors'));
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(await readFile(join(options.cache, 'models--owner--name', 'refs', 'main'), 'utf8')).toBe(commit);
    expect(await readdir(join(options.cache, 'models--owner--name', 'blobs'))).toEqual([sha256]);
    expect(progress.at(-1)).toBe(size);
    await stop();
    expect(await downloadWeights('owner/name', options)).toBe(path);
    expect(await downloadWeights(`owner/name@${commit}`, options)).toBe(path);
    // those of every request of undici, and nothing that tells who asks
    expect([...headers].sort()).toEqual([
      'accept',
      'accept-encoding',
      'accept-language',
      'connection',
      'content-length',
      'content-type',
      'host',
      'range',
      'sec-fetch-mode',
      'user-agent: undici',
    ]);
  });

  test('resume where a connection broke off', async () => {
    hub.cutAt = 200_000;
    await expect(downloadWeights('owner/name', options)).rejects.toThrow(
      /Cannot download the weights owner\/name: .*; [\d.]+ kB of 300\.0 kB are kept, and the same command resumes there\. /,
    );
    hub.cutAt = size;
    const path = await downloadWeights('owner/name', options);
    expect((await readFile(path)).equals(content)).toBe(true);
    const [, second] = ranges;
    const [, from] = /^bytes=(\d+)-/.exec(second ?? '')!;
    expect(Number(from)).toBeGreaterThan(0);
    expect(Number(from)).toBeLessThanOrEqual(200_000);
  });

  test('in shards are all there, by their index, and what is missing is fetched again', async () => {
    hub.files = Object.keys(sharded);
    const progress: number[][] = [];
    const path = await downloadWeights('owner/name', { ...options, onProgress: (...counts) => progress.push(counts) });
    const place = join(options.cache, 'models--owner--name', 'snapshots', commit);
    expect(path).toBe(join(place, indexName));
    for (const [name, own] of Object.entries(sharded)) expect((await readFile(join(place, name))).equals(own)).toBe(true);
    expect(progress.at(-1)).toEqual([size, size]);
    await rm(join(place, Object.keys(shards)[1]!));
    expect(await downloadWeights('owner/name', options)).toBe(path);
    expect((await readdir(place)).sort()).toEqual(Object.keys(sharded).sort());
    await stop();
    expect(await downloadWeights('owner/name', options)).toBe(path);
  });

  test.each([
    [
      'lacks a shard',
      { files: [indexName, Object.keys(shards)[0]!] },
      /has no model-00002-of-00002\.safetensors, which its index of weights names/,
    ],
    [
      'breaks off in a shard',
      { files: Object.keys(sharded), cutAt: 150_000 },
      /150\.0 kB of 200\.0 kB are kept, and the same command resumes there/,
    ],
  ])('in shards, of a hub that %s: one clear message, and the next command fetches the rest', async (_, change, message) => {
    Object.assign(hub, change);
    await expect(downloadWeights('owner/name', options)).rejects.toThrow(message);
    Object.assign(hub, { files: Object.keys(sharded), cutAt: size });
    const path = await downloadWeights('owner/name', options);
    for (const [name, own] of Object.entries(shards)) expect((await readFile(join(dirname(path), name))).equals(own)).toBe(true);
  });

  test('of a gated repository are refused with the licence that has to be accepted', async () => {
    hub.status = 403;
    const licence = { name: 'DINOv3 License', address: 'https://example.org/licence', bindsDerivatives: true };
    await expect(downloadWeights('owner/name', { ...options, licence })).rejects.toThrow(
      /needs a token in HF_TOKEN, .* at http:\S+\/owner\/name: the DINOv3 License \(https:\/\/example\.org\/licence\), which also binds what is trained from the weights\. Where/,
    );
  });

  test('that do not match their SHA-256 are refused and removed', async () => {
    hub.content = Buffer.from(content);
    hub.content[1000]! ^= 1;
    await expect(downloadWeights('owner/name', options)).rejects.toThrow(/what arrived does not match its SHA-256 and was removed/);
    expect(await readdir(join(options.cache, 'models--owner--name', 'blobs'))).toEqual([]);
    hub.content = content;
    expect((await readFile(await downloadWeights('owner/name', options))).equals(content)).toBe(true);
  });

  test.each([
    [
      'of an unknown repository',
      { status: 404 },
      /the hub knows no such repository or revision \(404\)\. Where there is access, download http/,
    ],
    ['of a private repository', { status: 401 }, /the hub refuses access \(401\); a private or gated repository needs a token in HF_TOKEN/],
    ['during an outage', { status: 503 }, /the hub answered with status 503; later it may work/],
    ['of a repository without any', { files: ['README.md'] }, /has none of the files open_clip_model\.safetensors, model\.safetensors, /],
    ['of a commit that is a path', { sha: '../../../../outside' }, /it names no commit/],
  ])('%s: one clear message', async (_, change, message) => {
    Object.assign(hub, change);
    await expect(downloadWeights('owner/name', options)).rejects.toThrow(message);
    expect(existsSync(join(folder, 'outside'))).toBe(false);
  });

  test('of a hub that says nothing: given up, after it was said what is asked', async () => {
    const asked: string[] = [];
    hub.isSilent = true;
    const patient = { ...options, patience: 100, onAsk: (text: string) => asked.push(text) };
    await expect(downloadWeights('owner/name', patient)).rejects.toThrow(
      /127\.0\.0\.1:\d+ did not answer for 0\.1 s\. Where there is access/,
    );
    expect(asked).toEqual([`asking ${options.hubUrl} for the weights owner/name`]);
  });

  test('of a hub that falls silent in the middle: given up, and gone on with later', async () => {
    Object.assign(hub, { cutAt: 200_000, stalls: true });
    // undici looks at its clock twice a second
    const message = /the server stopped responding \(UND_ERR_BODY_TIMEOUT\); 200\.0 kB of 300\.0 kB are kept/;
    await expect(downloadWeights('owner/name', { ...options, patience: 500 })).rejects.toThrow(message);
    Object.assign(hub, { cutAt: size, stalls: false });
    expect((await readFile(await downloadWeights('owner/name', options))).equals(content)).toBe(true);
  });

  test('through the proxy that the environment names', async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', ({ url }: IncomingMessage, socket: Duplex) => {
      tunnels.push(url!);
      const { hostname, port } = new URL(`http://${url}`);
      const onward = connect(Number(port), hostname, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      onward.pipe(socket).pipe(onward);
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    vi.stubEnv('http_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    try {
      expect((await readFile(await downloadWeights('owner/name', options))).equals(content)).toBe(true);
      expect(new Set(tunnels)).toEqual(new Set([new URL(options.hubUrl).host]));
      vi.stubEnv('http_proxy', 'nonsense');
      await expect(downloadWeights('owner/other', options)).rejects.toThrow(/HTTP_PROXY must be addresses such as http:\/\/proxy:3128/);
    } finally {
      vi.unstubAllEnvs();
      proxy.close();
    }
  });

  test('from a hub that HF_ENDPOINT names', async () => {
    const { hubUrl, ...elsewhere } = options;
    try {
      vi.stubEnv('HF_ENDPOINT', `${hubUrl}/`);
      expect((await readFile(await downloadWeights('owner/name', elsewhere))).equals(content)).toBe(true);
      vi.stubEnv('HF_ENDPOINT', 'mirror.example');
      await expect(downloadWeights('owner/other', elsewhere)).rejects.toThrow(
        /^HF_ENDPOINT must be an address such as https:.*, but is mirror\.example\.$/,
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('without a network: which file to fetch, and where to put it', async () => {
    await stop();
    await expect(downloadWeights('owner/name', options)).rejects.toThrow(
      /Cannot download the weights owner\/name: .*ECONNREFUSED.*download http:.*\/owner\/name\/resolve\/main\/open_clip_model\.safetensors, and give it with --weights FILE/,
    );
  });

  test.each([
    'name',
    'owner/name/file',
    '../name',
    'owner/..',
    'owner/name@',
    'owner/na me',
  ])('%j is no name of a repository', async (name) => {
    await expect(downloadWeights(name, options)).rejects.toThrow(/must be hf:OWNER\/NAME or hf:OWNER\/NAME@REVISION/);
  });
});

describe('a published file', () => {
  const file = { repository: 'owner/name', revision: commit, name: 'model.safetensors', sha256 };
  const place = (): string => join(options.cache, 'models--owner--name', 'snapshots', commit, file.name);

  test('is the one with the known SHA-256, downloaded once', async () => {
    const path = await downloadPublished(file, options);
    expect(path).toBe(place());
    expect((await readFile(path)).equals(content)).toBe(true);
    await stop();
    expect(await downloadPublished(file, options)).toBe(path);
  });

  test('is refused, and not downloaded, where the hub has another one', async () => {
    const other = { ...file, sha256: sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) };
    await expect(downloadPublished(other, options)).rejects.toThrow(
      /offers another model\.safetensors of owner\/name: its SHA-256 is \w{64}, not \w{64}\. It is not used/,
    );
    expect(ranges).toEqual([]);
  });

  test('may be put into the cache by hand, where the message says, if it is the right one', async () => {
    await stop();
    const reason = await downloadPublished(file, options).catch((error: Error) => error.message);
    expect(reason).toContain(`/owner/name/resolve/${commit}/model.safetensors (SHA-256 ${sha256}), and give it with --weights FILE`);
    expect(reason).toContain(`or put it at ${place()}`);
    await mkdir(dirname(place()), { recursive: true });
    await writeFile(place(), content.subarray(1));
    await expect(downloadPublished(file, options)).rejects.toThrow(/Cannot download .* or put it at .*, where another file is now\.$/);
    await writeFile(place(), content);
    expect(await downloadPublished(file, options)).toBe(place());
  });
});
