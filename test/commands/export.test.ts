/** The exported files of a real run, as another program meets them. */
import { cp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseModelDescription } from '#antonym/export/model-description.js';
import { loadModel } from '#antonym/index.js';
import { readResult } from '../support/files/read-result.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { antonym } from './antonym.js';
import { antonymHere } from './antonym-here.js';
import { expectRefused } from './expect-refused.js';
import { digestOf } from './run-files.js';
import { copyReferenceRun } from './train/reference-run.js';

const folder = await temporaryFolder();
const exported = (...parts: string[]): string => join(folder, 'runs', 'model', 'export', ...parts);
const files = ['MODEL_CARD.md', 'model.json', 'model.onnx', 'parity.json'];

beforeAll(async () => {
  await copyReferenceRun(folder);
  await rename(join(folder, 'runs', 'reference'), join(folder, 'runs', 'model'));
  await cp(join(folder, 'photos'), join(folder, 'good'), { recursive: true });
  await rm(join(folder, 'good', 'x0.png'));
});

describe('export', () => {
  test('writes the same files as the training did, to any folder', async () => {
    const { status, stdout, stderr } = await antonym(['export', '--run', 'model', '--out', 'elsewhere/deep'], folder);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${join('elsewhere', 'deep', 'model.onnx')}\n` });
    expect(stderr).toMatch(/outputs differ by at most: score by [\d.e-]+, similarity by [\d.e-]+/);
    expect((await readdir(exported())).sort()).toEqual(files);
    expect((await readdir(join(folder, 'elsewhere', 'deep'))).sort()).toEqual(files);
    for (const file of files) {
      expect(await digestOf(join(folder, 'elsewhere', 'deep', file)), file).toBe(await digestOf(exported(file)));
    }
  });

  test('of weights alone scores as the run with these weights, at a stated scale, and says that nothing was trained', async () => {
    const best = join('runs', 'model', 'checkpoints', 'best.safetensors');
    const flags = ['--backbone', 'clip-tiny', '--weights', best, '--scale', '20', '--out', 'untrained', '--json'];
    const { status, stdout, stderr } = await antonymHere(['export', ...flags], folder);
    expect(status, stderr).toBe(0);
    const { description } = JSON.parse(stdout);
    expect(description.degradations).not.toHaveProperty('own');
    expect(description).toMatchObject({
      degradations: { output: 'degradations', from: { model: 'capture' } },
      scale: 20,
      training: { step: 0, steps: 0 },
      method: expect.stringMatching(/not trained by this program/),
    });
    expect(await antonymHere(['export', '--run', 'model', '--scale', '20', '--out', 'trained'], folder)).toMatchObject({ status: 0 });
    const scores = await Promise.all(
      ['untrained', 'trained'].map(async (name) => {
        const session = await InferenceSession.create(join(folder, name, 'model.onnx'));
        const image = new Tensor(
          'uint8',
          Uint8Array.from({ length: 40 * 56 * 3 }, (_, index) => (index * 7919) % 256),
          [1, 40, 56, 3],
        );
        return (await session.run({ image })).score!.data[0];
      }),
    );
    expect(scores[0]).toBe(scores[1]);
  });

  test('with another head stands beside the model as it was trained, and is scored by crops and as a whole', async () => {
    const { status, stdout, stderr } = await antonymHere(
      ['export', '--run', 'model', '--head', 'magnitude', '--fusion-strength', '2'],
      folder,
    );
    expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: `${join('runs', 'model', 'export', 'magnitude', 'model.onnx')}\n` });
    expect((await readdir(exported('magnitude'))).sort()).toEqual(files);
    const description = await readResult(exported('magnitude', 'model.json'));
    const own = await readResult(exported('model.json'));
    expect(description).toMatchObject({
      method: expect.stringMatching(/^MA-CLIP .*trained label-free/),
      prompts: own.prompts,
      head: { name: 'magnitude', fusion: { magnitudeExponent: 0.5, similarityLogit: 1, magnitudeLogit: 0.6, fusionStrength: 2 } },
      scale: own.scale,
      crops: { side: 32, stride: 18, whole: 'bilinear' },
    });
    expect(await readFile(exported('magnitude', 'MODEL_CARD.md'), 'utf8')).toMatch(/side, stride, .* = 32, 18,[\s\S]*is not measured/);
    const model = await loadModel(exported('magnitude'));
    const session = await InferenceSession.create(exported('magnitude', 'model.onnx'));
    const [width, height] = [51, 33];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * index * 7 + (index >> 3)) % 256);
    const crop = (left: number): Uint8Array =>
      Uint8Array.from({ length: 32 * 32 * 3 }, (_, index) => data[(Math.floor(index / 96) * width + left) * 3 + (index % 96)]!);
    const scores: number[] = [];
    for (const [pixels, shape] of [
      [crop(0), [1, 32, 32, 3]],
      [crop(18), [1, 32, 32, 3]],
      [data, [1, height, width, 3]],
    ] as const) {
      const { score, cues } = await session.run({ image: new Tensor('uint8', pixels, shape) });
      expect(cues!.dims).toEqual([1, 15]);
      scores.push(Number(score!.data[0]));
    }
    expect(new Set(scores).size).toBe(3);
    expect(await model.score({ data, width, height })).toBeCloseTo((scores[0]! + scores[1]! + scores[2]!) / 3, 6);
    await model.close();
    // the run's own model is as it was
    expect(await readResult(exported('model.json'))).toEqual(own);
    await rm(exported('magnitude'), { recursive: true });
  });

  test('in a reduced precision is compared with float32, and scored like any other model', async () => {
    const { status, stdout, stderr } = await antonymHere(['export', '--run', 'model', '--precision', 'int8', '--force'], folder);
    expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: `${join('runs', 'model', 'export', 'int8', 'model.onnx')}\n` });
    expect(stderr).toMatch(/fp32 .*MB.*\nint8 .*MB.*\nOn 96 images \(held-out crops of photos, .* pairs change/);
    expect((await readdir(exported('int8'))).sort()).toEqual(files);
    const { reduced, ...parity } = await readResult(exported('int8', 'parity.json'));
    const float32 = await readResult(exported('parity.json'));
    expect(parity).toEqual({ ...float32, model: await digestOf(exported('int8', 'model.onnx')) });
    expect(reduced).toMatchObject({ precision: 'int8', images: { count: 96, largestSide: 32 } });
    expect(reduced.files[1].bytes).toBe((await stat(exported('int8', 'model.onnx'))).size);
    const card = await readFile(exported('int8', 'MODEL_CARD.md'), 'utf8');
    expect(card).toMatch(/\| Precision \| int8: .*\n\| Score/);
    expect(card).toMatch(/\n\nOn 96 images .* change their order\.\n\n\| Precision .*\n.*\n\| fp32 .*\n\| int8 .*\n\n\| Distortion/);
    const scored = await antonymHere(['score', '--model', exported('int8'), 'good', '--json'], folder);
    expect(scored.status, scored.stderr).toBe(0);
    expect(scored.stdout.trimEnd().split('\n')).toHaveLength(6);
    // the run's own model is as it was
    expect((await readdir(exported())).sort()).toEqual([...files, 'int8'].sort());
  });

  test('in a reduced precision compares on photographs that are named', async () => {
    const flags = ['--precision', 'fp16', '--data', 'good', '--out', 'half', '--json', '--force'];
    const { status, stdout, stderr } = await antonymHere(['export', '--run', 'model', ...flags], folder);
    expect(status, stderr).toBe(0);
    const { description, parity } = JSON.parse(stdout);
    const half = await readResult(join(folder, 'half', 'model.json'));
    expect(half.files[0].sha256).toBe(await digestOf(join(folder, 'half', 'model.onnx')));
    const float32 = await readResult(exported('model.json'));
    expect(description).toEqual({ ...float32, files: half.files, precision: 'fp16' });
    expect(parity.reduced).toMatchObject({ images: { source: 'good', count: 6, largestSide: 96 }, pairs: 15 });
    const model = await loadModel(join(folder, 'half'));
    expect(model.description).toEqual(description);
    const score = await model.score(join(folder, 'photos', '00.png'));
    await model.close();
    expect(score > 0 && score < 1).toBe(true);
  });

  test.each<[flags: string[], message: RegExp]>([
    [[], /Say what to export: --run NAME, or published weights with --backbone/],
    [['--weights', 'random'], /and --out FOLDER/],
    [['--run', 'model', '--prompts', 'seeded'], /A run has its own weights and prompts: leave out --prompts, or --run/],
    [['--run', 'model', '--scale', '0'], /--scale must be a number from 0\.01 to 1000, but received 0/],
    [['--run', 'modle'], /There is no run "modle".*Did you mean "model"\?/],
    [['--run', 'model', '--out', 'photos/00.png'], /photos.00\.png is a file, .*, but a folder is to be written/],
    [['--run', 'model', '--precision', 'int4'], /--precision must be one of fp32, fp16, int8, but received int4/],
    [['--run', 'model', '--magnitude-logit', '0'], /--magnitude-logit is for --head magnitude, but the head is prompts\. Leave it out/],
    [['--run', 'model', '--head', 'regression'], /has nothing to make the head regression of: it is of a run with another head/],
    [['--run', 'model', '--force'], /--force is about the comparison with fp32: give --precision/],
    [['--run', 'model', '--precision', 'int8', '--data', 'nowhere'], /nowhere/],
    [['--run', 'model', '--outt', 'x'], /Unknown option --outt\. Did you mean "--out"\?/],
  ])('%j fails in one clear line', async (flags, message) => {
    await expectRefused(['export', ...flags], message, folder);
  });

  test('a mixture of two exports is neither scored nor certified, and the export repairs it and gives its result as one JSON object on request', async () => {
    await cp(join(folder, 'runs', 'model'), join(folder, 'runs', 'mixed'), { recursive: true });
    const own = (name: string): string => join(folder, 'runs', 'mixed', 'export', name);
    const changed = await readFile(own('model.onnx'));
    changed[changed.length >> 1]! ^= 1;
    await writeFile(own('model.onnx'), changed);
    await expect(loadModel(own('model.onnx'))).rejects.toThrow(/is not the file that .*model\.json describes: its SHA-256 is/);
    await expectRefused(['report', 'mixed'], /model\.json does not belong to .*export (-- )?--run mixed/, folder);
    const { status, stdout } = await antonymHere(['export', '--run', 'mixed', '--json'], folder);
    expect({ status, lines: stdout.trimEnd().split('\n').length }).toEqual({ status: 0, lines: 1 });
    const { model, description, parity } = JSON.parse(stdout);
    expect(model).toBe(join('runs', 'mixed', 'export', 'model.onnx'));
    expect(description).toEqual(await readResult(own('model.json')));
    expect(parity).toEqual(await readResult(own('parity.json')));
    expect(await digestOf(own('model.onnx'))).toBe(await digestOf(exported('model.onnx')));
    await writeFile(own('parity.json'), JSON.stringify({ ...(await readResult(own('parity.json'))), model: 'another' }));
    await expectRefused(['report', 'mixed'], /parity\.json does not belong to/, folder);
  });

  test('of a run that has no checkpoint yet says how to resume', async () => {
    // as a training leaves it that is killed before its first checkpoint
    await cp(join(folder, 'runs', 'model'), join(folder, 'runs', 'early'), { recursive: true });
    for (const later of ['checkpoints', 'export', 'held-out']) await rm(join(folder, 'runs', 'early', later), { recursive: true });
    await expectRefused(['export', '--run', 'early'], /The run early has no checkpoint yet.*--resume early/, folder);
  });
});

describe('the exported file', () => {
  test('is compared with the model under training on real crops', async () => {
    const { crops, largestDifference, tolerance } = await readResult(exported('parity.json'));
    expect(crops).toBeGreaterThanOrEqual(50);
    expect(tolerance).toBe(1e-5);
    for (const output of ['score', 'similarity']) {
      expect(largestDifference[output]).toBeGreaterThanOrEqual(0);
      expect(largestDifference[output]).toBeLessThanOrEqual(tolerance);
    }
  });

  test('takes batches of images of any size, odd ones too', async () => {
    const session = await InferenceSession.create(exported('model.onnx'));
    expect(session.inputNames).toEqual(['image']);
    expect(session.outputNames).toEqual(['score', 'similarity']);
    for (const [batch, height, width] of [
      [1, 32, 32],
      [3, 33, 47],
      [2, 101, 64],
      [1, 32, 255],
    ] as const) {
      const pixels = Uint8Array.from({ length: batch * height * width * 3 }, (_, index) => (index * index * 7 + (index >> 3)) % 256);
      const run = (data: Uint8Array, count: number) => session.run({ image: new Tensor('uint8', data, [count, height, width, 3]) });
      const { score, similarity } = await run(pixels, batch);
      expect(score!.dims).toEqual([batch]);
      expect(similarity!.dims).toEqual([batch, 7, 2]);
      for (const value of score!.data as Float32Array) expect(value > 0 && value < 1).toBe(true);
      for (const value of similarity!.data as Float32Array) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-6);
      // an image scores the same alone as among others
      const last = await run(pixels.slice((batch - 1) * height * width * 3), 1);
      expect(Math.abs(Number(last.score!.data[0]) - Number(score!.data[batch - 1]))).toBeLessThan(1e-5);
    }
  });

  test('uses standard operators only, and names its free sizes', async () => {
    const model = onnxProto.onnx.ModelProto.decode(await readFile(exported('model.onnx')));
    expect(model.opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([['', 17]]);
    expect(model.graph!.node!.every(({ domain }) => (domain ?? '') === '')).toBe(true);
    expect(model.functions ?? []).toEqual([]);
    const [image] = model.graph!.input!;
    expect(image!.type!.tensorType!.shape!.dim!.map((dim) => dim.dimParam || Number(dim.dimValue))).toEqual([
      'batch',
      'height',
      'width',
      3,
    ]);
  });

  test('begins with Cast, as TensorRT wants it, and says what it is', async () => {
    const model = onnxProto.onnx.ModelProto.decode(await readFile(exported('model.onnx')));
    expect(model.graph!.node!.slice(0, 2).map(({ opType }) => opType)).toEqual(['Cast', 'Transpose']);
    // TensorRT takes bytes at Cast only
    expect(new Set(model.graph!.node!.filter(({ input }) => input?.includes('image')).map(({ opType }) => opType))).toEqual(
      new Set(['Cast']),
    );
    expect(model.graph!.node!.filter(({ input }) => input!.includes('image')).map(({ opType }) => opType)).toEqual(['Cast']);
    expect(Number(model.modelVersion)).toBe(1);
    expect(model.docString).toMatch(/uint8 \[batch, height, width, 3\].*at least 32 pixels.*0 to 1, higher is better.*Method: /);
  });

  test('carries model.json as its metadata', async () => {
    const model = onnxProto.onnx.ModelProto.decode(await readFile(exported('model.onnx')));
    const metadata = Object.fromEntries(model.metadataProps.map(({ key, value }) => [key!.replace(/^antonym\./, ''), JSON.parse(value!)]));
    const { files, ...description } = await readResult(exported('model.json'));
    expect(metadata).toEqual(description);
    const hashed = async (name: string): Promise<object> => {
      const { size } = await stat(exported(name));
      return { name, bytes: size, sha256: await digestOf(exported(name)) };
    };
    expect(files).toEqual([await hashed('model.onnx'), await hashed('parity.json')]);
  });

  test('is described: what was trained on what, how to use it, what its scores are like', async () => {
    const path = exported('model.json');
    const description = parseModelDescription(await readFile(path, 'utf8'), path);
    expect(description).toMatchObject({
      score: { range: [0, 1], direction: 'higher is better' },
      size: { minimumSide: 32, recommendedSide: 32 },
      largeImages: { policy: 'tiles' },
      data: { name: 'photos', images: 7, heldOut: 1, downscale: 1 },
      training: { steps: 8, seed: 1, levels: 2, crop: 32 },
    });
    expect(description.scorePercentiles.map(({ level }) => level)).toEqual([0, 1, 2]);
    for (const { level: _, ...percentiles } of description.scorePercentiles) {
      const values = Object.values(percentiles);
      expect(values).toEqual([...values].sort((a, b) => a - b));
      expect(values[0]! >= 0.001 && values.at(-1)! <= 0.999).toBe(true);
    }
    expect(() => parseModelDescription(JSON.stringify({ ...description, scale: -1 }), 'other.json')).toThrow(/other\.json .*scale/);
    expect(() => parseModelDescription('{', 'other.json')).toThrow(/other\.json is not JSON/);
  });
});
