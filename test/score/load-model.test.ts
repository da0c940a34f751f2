/** The library as a program that imports it sees it. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImageError, type ImageInput, loadModel, type Model, ModelError, type Pixels } from '#antonym/index.js';
import { errorCodes } from '#antonym/support/errors.js';
import { RequestThread, ThreadFailure } from '#antonym/support/threads/request-thread.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { brightnessDescription, saveBrightnessModel } from './brightness-model.js';

const folder = await temporaryFolder();
const at = (...parts: string[]): string => join(folder, ...parts);
const library = import.meta.resolve('#antonym/index.js');

/** A plain picture: its score is value / 255. */
const plain = (value: number, width = 20, height = 10): Pixels => ({ data: new Uint8Array(width * height * 3).fill(value), width, height });
const encoded = (value: number): Promise<Buffer> =>
  sharp(plain(value).data, { raw: { width: 20, height: 10, channels: 3 } })
    .png()
    .toBuffer();

let model: Model;
beforeAll(async () => {
  await saveBrightnessModel(at('model'));
  await writeFile(at('51.png'), await encoded(51));
  model = await loadModel(at('model'));
});
afterAll(() => model.close());

describe('loadModel', () => {
  test('takes model.onnx, its folder, or their URL, and says what the model is', async () => {
    for (const path of [at('model', 'model.onnx'), pathToFileURL(at('model')), pathToFileURL(at('model', 'model.onnx'))]) {
      const loaded = await loadModel(path);
      expect(loaded.description).toEqual(brightnessDescription);
      expect(await loaded.score(plain(255))).toBeCloseTo(1, 6);
      await loaded.close();
    }
  });

  test.each<[path: string, message: RegExp]>([
    ['nowhere', /Cannot read the model .*nowhere: it does not exist/],
    ['empty', /empty is a folder without a model\.onnx/],
    ['51.png', /51\.png is not an ONNX model/],
    ['alone', /model\.json is missing/],
  ])('%s: a ModelError that says why, with a code', async (path, message) => {
    await mkdir(at('empty'), { recursive: true });
    await mkdir(at('alone'), { recursive: true });
    await copyFile(at('model', 'model.onnx'), at('alone', 'model.onnx'));
    const error = await loadModel(at(path)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelError);
    const code = path === '51.png' ? 'ERR_ANTONYM_BAD_MODEL' : 'ERR_ANTONYM_NO_SUCH_FILE';
    expect(error).toMatchObject({ name: 'ModelError', code, message: expect.stringMatching(message) });
  });
});

describe('score', () => {
  test('leaves out what remains at the borders where sides must be multiples', async () => {
    const { size } = brightnessDescription;
    await saveBrightnessModel(at('patches'));
    await writeFile(at('patches', 'model.json'), JSON.stringify({ ...brightnessDescription, size: { ...size, sideMultiple: 7 } }));
    // white where 14 x 7 pixels are seen of 20 x 10
    const framed = plain(0);
    for (let y = 1; y < 8; y++) framed.data.fill(255, (y * 20 + 3) * 3, (y * 20 + 17) * 3);
    const patches = await loadModel(at('patches'));
    try {
      expect(await patches.score(framed)).toBeCloseTo(1, 6);
      expect(await model.score(framed)).toBeCloseTo(98 / 200, 6);
    } finally {
      await patches.close();
    }
  });

  test('takes a path, a URL, the content of a file and pixels', async () => {
    const content = await readFile(at('51.png'));
    const clamped = { ...plain(51), data: new Uint8ClampedArray(plain(51).data) };
    const inputs = [at('51.png'), pathToFileURL(at('51.png')), content, new Uint8Array(content), plain(51), clamped];
    for (const input of inputs) expect(await model.score(input)).toBeCloseTo(0.2, 6);
    expect(await model.score(inputs)).toEqual(await Promise.all(inputs.map((input) => model.score(input))));
    expect(await model.score([])).toEqual([]);
  });

  test('takes pixels of another realm, as tests and virtual machines have them', async () => {
    const [rgb, rgba] = runInNewContext('[new Uint8Array(600).fill(51), new Uint8ClampedArray(800).fill(255)]');
    expect(await model.score({ data: rgb, width: 20, height: 10 })).toBeCloseTo(0.2, 6);
    expect(await model.score({ data: rgba, width: 20, height: 10 })).toBeCloseTo(1, 6);
  });

  test('finds no image in memory that was moved elsewhere', async () => {
    const moved = await Promise.all(
      [new ArrayBuffer(8), new Uint8Array(8), new DataView(new ArrayBuffer(8))].map((memory) => {
        const buffer = ArrayBuffer.isView(memory) ? memory.buffer : memory;
        structuredClone(buffer, { transfer: [buffer] });
        return model.score(memory).catch((error: unknown) => error);
      }),
    );
    for (const error of moved) expect(error).toMatchObject({ name: 'ImageError', code: 'ERR_ANTONYM_NOT_AN_IMAGE' });
  });

  test('looks only at the pixels of a view of a larger buffer', async () => {
    const { data, ...size } = plain(102);
    const frames = new Uint8Array(3 * data.length);
    frames.set(data, data.length);
    expect(await model.score({ ...size, data: frames.subarray(data.length, 2 * data.length) })).toBeCloseTo(0.4, 6);
  });

  test('scores an image above the limit of the model in tiles', async () => {
    const [width, height] = [100, 80];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7919) % 256);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length / 255;
    expect(await model.score({ data, width, height })).toBeCloseTo(mean, 6);
  });

  test('answers calls that overlap, each with its own score, and several models at a time', async () => {
    const half = await loadModel(await saveBrightnessModel(at('half'), 0.5));
    const values = Array.from({ length: 60 }, (_, index) => index * 4);
    const files = await Promise.all(values.map(async (value) => (value % 8 === 0 ? await encoded(value) : plain(value))));
    const [one, all, halves] = await Promise.all([
      Promise.all(files.map((file) => model.score(file))),
      model.score(files),
      half.score(files),
    ]);
    for (const [index, value] of values.entries()) {
      expect([one[index]! * 255, all[index]! * 255, halves[index]! * 510]).toEqual(Array(3).fill(expect.closeTo(value, 3)));
    }
    await half.close();
    expect(await model.score(plain(51))).toBeCloseTo(0.2, 6);
  });

  test('takes what the web and Node.js hand out as the content of an image, or as its pixels', async () => {
    const content = await readFile(at('51.png'));
    const own = content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength);
    const shared = new SharedArrayBuffer(content.length);
    new Uint8Array(shared).set(content);
    const half = Uint8ClampedArray.from({ length: 20 * 10 * 4 }, (_, index) => (index % 4 === 3 ? 51 : 0));
    const growing: ArrayBuffer = Reflect.construct(ArrayBuffer, [content.length, { maxByteLength: 2 * content.length }]);
    new Uint8Array(growing).set(content);
    const inputs: ImageInput[] = [
      ...[own, shared, growing, new Uint8Array(growing), new DataView(own as ArrayBuffer)],
      ...[new Blob([content]), new Blob([content, content]).slice(content.length), new File([content], '51.png')],
      ...[new Response(content), new Request('http://localhost/', { method: 'POST', body: content })],
      ...[new Blob([content]).stream(), createReadStream(at('51.png')), Readable.from([content.subarray(0, 9), content.subarray(9)])],
    ];
    for (const input of inputs) expect(await model.score(input)).toBe(await model.score(content));
    await expect(model.score(Readable.from(['a', 'b']))).rejects.toThrow(/content of the stream: it is not a stream of bytes/);
    // Black that is a fifth opaque, over white.
    expect(await model.score({ data: half, width: 20, height: 10 })).toBeCloseTo(0.8, 6);
    await expect(model.score({ data: half, width: 20, height: 10, colorSpace: 'display-p3' } as Pixels)).rejects.toThrow(
      /color space display-p3/,
    );
  });

  test.each<[what: string, input: unknown, message: RegExp]>([
    ['a path that is not there', 'nowhere.png', /Cannot read image nowhere\.png: no such file/],
    ['no image', Buffer.from('hello'), /Cannot read image of 5 bytes: the content is not JPEG/],
    ['an empty buffer', new Uint8Array(), /it is empty/],
    ['a URL of the web', new URL('https://example.com/a.png'), /not a file: URL/],
    ['too small an image', plain(0, 7, 90), /the pixels: 7x90 pixels are too small: the model needs at least 8/],
    ['RGBA', { ...plain(0), data: new Uint8Array(20 * 10 * 4) }, /600 bytes, but data has 800\. It looks like RGBA/],
    ['too few pixels', { ...plain(0), height: 11 }, /20x11 RGB pixels are 660 bytes, but data has 600/],
    ['a size of no pixels', { ...plain(0), width: 0.5 }, /whole numbers above 0, but received 0\.5 and 10/],
    ['floats', { ...plain(0), data: new Float32Array(600) }, /data must be a Uint8Array/],
    ['a failed answer', new Response('none', { status: 404 }), /Cannot read the content of the answer: the server answered with 404/],
    ['base64 as a path', 'iVBORw0KGgo'.repeat(9000), /a path has at most \d+ characters; give base64 as a data: URL$/],
    ['nothing', null, /expected a path/],
    ['a number', 3, /expected a path/],
  ])('%s: an ImageError that says why and holds what was given', async (_, input, message) => {
    const expected = { name: 'ImageError', message: expect.stringMatching(message), image: input };
    await expect(model.score(input as Pixels)).rejects.toMatchObject(expected);
    await expect(model.score([plain(1), input as Pixels, plain(2)])).rejects.toMatchObject(expected);
    await expect(model.score(input as Pixels)).rejects.toBeInstanceOf(ImageError);
  });

  test('fails for what is outstanding and what comes after close, which may come twice', async () => {
    const closing = await loadModel(at('model'));
    const outstanding = Array.from({ length: 20 }, () => closing.score(at('51.png')).catch((error: Error) => error.name));
    await closing.close();
    expect(new Set(await Promise.all(outstanding))).toEqual(new Set(['ModelError']));
    await closing.close();
    await expect(closing.score(plain(1))).rejects.toThrow(ModelError);
    await expect(closing.score(plain(1))).rejects.toThrow(/The model was closed: load it again\.$/);
    for (const call of [() => closing.score([]), () => closing.scoreEach([]).next()])
      await expect(call()).rejects.toMatchObject({ name: 'ModelError', code: 'ERR_ANTONYM_CLOSED' });
  });
});

describe('errors', () => {
  test.each<[what: string, input: unknown, code: string]>([
    ['no such file', 'nowhere.png', 'ERR_ANTONYM_NO_SUCH_FILE'],
    ['a folder', folder, 'ERR_ANTONYM_NOT_AN_IMAGE'],
    ['no image', Buffer.from('hello'), 'ERR_ANTONYM_NOT_AN_IMAGE'],
    ['too small an image', plain(0, 7, 90), 'ERR_ANTONYM_TOO_SMALL'],
    ['a number', 3, 'ERR_ANTONYM_BAD_ARGUMENT'],
    ['a URL of the web', 'https://example.com/a.png', 'ERR_ANTONYM_BAD_ARGUMENT'],
    ['a data: URL of no image', 'data:image/png,%89PNG', 'ERR_ANTONYM_NOT_AN_IMAGE'],
    ['a data: URL without content', 'data:image/png;base64', 'ERR_ANTONYM_BAD_ARGUMENT'],
    ['a URL of this process', 'blob:nodedata:1', 'ERR_ANTONYM_BAD_ARGUMENT'],
    ['no path', '', 'ERR_ANTONYM_BAD_ARGUMENT'],
    ['a path that no system has', 'a\0b.png', 'ERR_ANTONYM_BAD_ARGUMENT'],
  ])('of %s have a code', async (_, input, code) => {
    await expect(model.score(input as Pixels)).rejects.toMatchObject({ name: 'ImageError', code });
  });

  test("lead down to the system's own", async () => {
    let error: unknown = await model.score(at('nowhere.png')).catch((reason: unknown) => reason);
    while (error instanceof Error && error.cause !== undefined) error = error.cause;
    expect(error).toMatchObject({ code: 'ENOENT', path: at('nowhere.png') });
  });

  test('a model of the web is not fetched', async () => {
    const refused = { name: 'ModelError', code: 'ERR_ANTONYM_BAD_ARGUMENT', message: expect.stringMatching(/nothing is fetched/) };
    await expect(loadModel('https://example.com/model.onnx')).rejects.toMatchObject(refused);
    await expect(loadModel(new URL('https://example.com/model.onnx'))).rejects.toMatchObject(refused);
    await expect(loadModel(`data:application/onnx;base64,${'A'.repeat(9999)}`)).rejects.toMatchObject(refused);
    const loaded = await loadModel(`file:${at('model')}`);
    await loaded.close();
  });

  test('what JavaScript lets through is refused before native code sees it', async () => {
    const refused = { name: 'ModelError', code: 'ERR_ANTONYM_BAD_ARGUMENT' };
    for (const options of [
      ...[-1, Number.NaN, '5', null].map((maxQueue) => ({ maxQueue })),
      ...[0, Number.NaN, 'all'].map((maximumPixels) => ({ maximumPixels })),
      ...[0, 1.5, '512'].map((scale) => ({ scale })),
      ...['tpu', 'CPU', 0, null].map((device) => ({ device })),
      { providerOptions: {} },
      { onNotice: true },
      { maxQeue: 5 },
      null,
    ]) {
      await expect(loadModel(at('model'), options as never), JSON.stringify(options)).rejects.toMatchObject(refused);
    }
    await expect(loadModel('file://%zz')).rejects.toMatchObject(refused);
    await expect(loadModel('a\0b')).rejects.toMatchObject(refused);
    await expect(loadModel(at('model'), { providerOptions: 'a=b' })).rejects.toMatchObject(refused);
    await expect(loadModel(at('model'), { maxQeue: 5 } as never)).rejects.toThrow('There is no option maxQeue. Did you mean "maxQueue"?');
    expect(await model.score(plain(51), { signal: undefined, tile: undefined } as never)).toBeCloseTo(0.2, 6);
    for (const options of [null, { signal: 5 }, { sginal: AbortSignal.timeout(1) }])
      await expect(model.score(plain(1), options as never)).rejects.toMatchObject(refused);
    for (const list of ['a.png', 5, undefined, Buffer.from('a')]) {
      await expect(model.scoreEach(list as never).next(), String(list)).rejects.toMatchObject(refused);
    }
  });

  test.runIf(process.platform === 'linux')('a model that the system cannot read is a ModelError, too', async () => {
    // reading the memory of this process at its first byte fails
    const refused = { name: 'ModelError', code: 'ERR_ANTONYM_UNREADABLE_FILE', message: expect.stringMatching(/^Cannot .*self\/mem: /) };
    await expect(loadModel('/proc/self/mem')).rejects.toMatchObject(refused);
  });

  test('a missing file of the program is not blamed on the model', async () => {
    const missing = new RequestThread((options) => new Worker(new URL('file:///nowhere/worker.js'), options), 'the thread');
    await expect(missing.ask({})).rejects.toBeInstanceOf(ThreadFailure);
  });

  test('all have their place in the documentation', async () => {
    const page = (await readFile('docs/library.md', 'utf8')).replaceAll(/ +\|/g, ' |');
    for (const [code, meaning] of Object.entries(errorCodes)) expect(page).toContain(`| \`${code}\` | ${meaning} |`);
  });
});

describe('a service', () => {
  const large = { data: new Uint8Array(3 * 1000 * 800), width: 1000, height: 800 };

  test('scores data: and file: URLs given as texts', async () => {
    const url = `data:image/png;base64,${(await encoded(51)).toString('base64')}`;
    const percents = `data:image/png,${[...(await encoded(51))].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`;
    for (const input of [url, new URL(url), percents, pathToFileURL(at('51.png')).href])
      expect(await model.score(input)).toBeCloseTo(0.2, 6);
    const either: string | string[] = [at('51.png'), at('51.png')].slice(0, 2);
    expect(await model.score(either)).toHaveLength(2);
  });

  test('calls off what waits and what is being scored, and scores the next', async () => {
    const reason = new Error('the client left');
    const client = new AbortController();
    // one signal of many calls is no leak, of which Node.js would warn
    const warnings: Error[] = [];
    const keep = (warning: Error): unknown => warnings.push(warning);
    process.on('warning', keep);
    const calls = Array.from({ length: 20 }, () => model.score(large, { signal: client.signal }).catch((error: unknown) => error));
    expect(model.waiting).toBeGreaterThan(0);
    client.abort(reason);
    expect(model.waiting).toBe(0);
    expect(new Set(await Promise.all(calls))).toEqual(new Set([reason]));
    await expect(model.score(plain(1), { signal: client.signal })).rejects.toBe(reason);
    await expect(model.score([], { signal: client.signal })).rejects.toBe(reason);
    expect(await model.score(plain(51))).toBeCloseTo(0.2, 6);
    process.off('warning', keep);
    expect(warnings).toEqual([]);
  });

  test('calls off what was begun ahead when a loop is left, by break, by an error, or by the first that fails', async () => {
    const images = Array<Pixels>(20).fill(large);
    const others = Array.from({ length: 6 }, () => model.score(large));
    for await (const { index } of model.scoreEach(images)) if (index === 0) break;
    expect(model.waiting).toBe(0);
    const inLoop = async (): Promise<void> => {
      for await (const { score } of model.scoreEach(images)) throw new Error(`mine, at ${score}`);
    };
    await expect(inLoop()).rejects.toThrow('mine, at 0');
    await expect(model.score(['nowhere.png', ...images])).rejects.toMatchObject({ code: 'ERR_ANTONYM_NO_SUCH_FILE' });
    expect(model.waiting).toBe(0);
    await Promise.all(others);
  });

  test('scoreEach ends with the reason of its signal, before the first image, in the loop, and while none comes', async () => {
    const reason = new Error('the client left');
    const stalled = async function* () {
      yield plain(51);
      await new Promise(() => {});
    };
    const client = new AbortController();
    const seen: (number | undefined)[] = [];
    const loop = async (): Promise<void> => {
      for await (const { score } of model.scoreEach(stalled(), { signal: client.signal })) {
        seen.push(score);
        setTimeout(() => client.abort(reason), 10);
      }
    };
    await expect(loop()).rejects.toBe(reason);
    expect(seen).toEqual([expect.closeTo(0.2, 6)]);
    await expect(model.scoreEach([], { signal: client.signal }).next()).rejects.toBe(reason);
    const timeout = model.score(Array<Pixels>(40).fill(large), { signal: AbortSignal.timeout(5) });
    await expect(timeout).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('refuses what would wait beyond maxQueue', async () => {
    const busy = await loadModel(at('model'), { maxQueue: 2 });
    const calls = await Promise.allSettled(Array.from({ length: 12 }, () => busy.score(plain(51))));
    const refused = calls.filter((call) => call.status === 'rejected').map(({ reason }) => reason);
    expect(refused).toHaveLength(4);
    for (const error of refused) expect(error).toMatchObject({ name: 'ModelError', code: 'ERR_ANTONYM_QUEUE_FULL' });
    expect(await busy.score(Array(20).fill(plain(51)))).toHaveLength(20);
    await busy[Symbol.asyncDispose]();
    await expect(busy.score(plain(51))).rejects.toMatchObject({ code: 'ERR_ANTONYM_CLOSED' });
  });

  test('scoreEach gives every image its score or its error, in order, from lists and streams', async () => {
    const images = [plain(51), 'nowhere.png', plain(102, 30, 40), null as unknown as Pixels, at('51.png')];
    const stream = async function* () {
      yield* images;
    };
    for (const given of [images, stream()]) {
      const results = [];
      for await (const result of model.scoreEach(given)) results.push(result);
      expect(results).toMatchObject([
        { index: 0, score: expect.closeTo(0.2, 6), width: 20, height: 10 },
        { index: 1, image: 'nowhere.png', error: { code: 'ERR_ANTONYM_NO_SUCH_FILE' } },
        { index: 2, score: expect.closeTo(0.4, 6), width: 30, height: 40 },
        { index: 3, error: { code: 'ERR_ANTONYM_BAD_ARGUMENT' } },
        { index: 4, image: at('51.png'), score: expect.closeTo(0.2, 6) },
      ]);
    }
  });
});

const scoresPlain = `
  import { loadModel } from ${JSON.stringify(library)};
  const model = await loadModel(${JSON.stringify(at('model'))});
  const plain = { data: new Uint8Array(600).fill(51), width: 20, height: 10 };`;

test('a program that does not close its model ends by itself, and may exit in the middle of a call', async () => {
  const run = (script: string) => promisify(execFile)(process.execPath, ['--input-type=module', '-e', scoresPlain + script]);
  expect(await run('console.log((await model.score(plain)).toFixed(5))')).toEqual({ stdout: '0.20000\n', stderr: '' });
  const large = '{ data: new Uint8Array(3e7), width: 5000, height: 2000 }';
  for (const leave of ['process.exit(0)', 'model.close(); process.exit(0)']) {
    expect(await run(`model.score(${large}).catch(() => {}); setTimeout(() => { ${leave} }, 40);`)).toEqual({ stdout: '', stderr: '' });
  }
});

test('works in worker threads', async () => {
  const source = `${scoresPlain}
    import { parentPort } from 'node:worker_threads';
    parentPort.postMessage(await model.score([plain, plain]));`;
  const scores = await Promise.all(
    [1, 2].map(
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
          let received: unknown;
          worker.on('message', (message) => {
            received = message;
          });
          worker.on('error', reject).on('exit', (code) => resolve({ code, received }));
        }),
    ),
  );
  const expected = [expect.closeTo(0.2, 6), expect.closeTo(0.2, 6)];
  expect(scores).toEqual(Array(2).fill({ code: 0, received: expected }));
});
