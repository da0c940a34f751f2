/** The exported file in Python: ONNX's own checker, and examples/python with ONNX Runtime, where they are installed. */
import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { partsOf } from '#antonym/score/tiles.js';
import { makeTiff } from '../images/make-tiff.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { type ScoredPhotographs, scoredPhotographs } from './scored-photographs.js';

/** The first Python that has all modules: PYTHON, that of the path, Debian's. */
const pythonWith = (...modules: string[]): string | undefined =>
  [process.env.PYTHON, 'python3', '/usr/bin/python3'].find(
    (python) => python && spawnSync(python, ['-c', `import ${modules.join(', ')}`]).status === 0,
  );
const example = fileURLToPath(new URL('../../examples/python', import.meta.url));
const run = async (python: string, ...args: string[]) => (await promisify(execFile)(python, args)).stdout;

const plain = pythonWith('math');
const checker = pythonWith('onnx');
const runtime = pythonWith('onnxruntime', 'PIL');
const unless = (python: string | undefined, missing: string) => (python === undefined ? ` (skipped: no ${missing})` : '');

test.skipIf(plain === undefined)(`the tiles of examples/python are those of Node.js${unless(plain, 'Python')}`, async () => {
  const sizes = [32, 33, 63, 100, 224, 225, 449, 1000, 1201, 2047].flatMap((width) => [32, 97, 449, 901].map((height) => [width, height]));
  const [size, largeImages] = [{ minimumSide: 32 }, { maximumPixels: 20_000 }];
  const crops = { side: 224, stride: 128, whole: 'bilinear' } as const;
  const policies = [
    { size, largeImages },
    { size: { ...size, fixedSide: 32 }, largeImages },
    { size: { minimumSide: 14, sideMultiple: 14 }, largeImages },
    { size, largeImages, crops },
  ];
  const program = `
import json, sys
sys.path.insert(0, ${JSON.stringify(example)})
from tiles import parts_of
print(json.dumps([[parts_of(*size, policy) for policy in ${JSON.stringify(policies)}] for size in ${JSON.stringify(sizes)}]))`;
  const expected = sizes.map(([width, height]) =>
    policies.map((policy) =>
      partsOf(width!, height!, policy).map(({ left, top, width, height, weight }) => [left, top, width, height, weight]),
    ),
  );
  expect(JSON.parse(await run(plain!, '-c', program))).toEqual(expected);
});

describe.skipIf(checker === undefined && runtime === undefined)('the exported file', async () => {
  const folder = await temporaryFolder();
  let prepared: ScoredPhotographs;
  beforeAll(async () => {
    prepared = await scoredPhotographs(folder);
  });

  test.skipIf(checker === undefined)(
    `passes ONNX's own checker, and its shape inference${unless(checker, 'module onnx; Debian: python3-onnx')}`,
    async () => {
      const script = fileURLToPath(new URL('check_onnx.py', import.meta.url));
      expect(JSON.parse(await run(checker!, script, join(prepared.model, 'model.onnx')))).toEqual({
        operatorSets: { '': 17 },
        inputs: { image: ['UINT8', 'batch', 'height', 'width', 3] },
        outputs: { score: ['FLOAT', 'batch'], degradations: ['FLOAT', 'batch', 7], similarity: ['FLOAT', 'batch', 7, 2] },
      });
    },
  );

  test.skipIf(runtime === undefined).each([
    ['score.py', ['--model']],
    ['bare.py', []],
  ])(
    `is scored by examples/python/%s as in Node.js, within 1e-5${unless(runtime, 'modules onnxruntime and PIL')}`,
    async (script, flags) => {
      const { model, photographs, scores } = prepared;
      const lines = (await run(runtime!, join(example, script), ...flags, model, ...photographs)).trimEnd().split('\n');
      expect(lines.map((line) => line.slice(line.indexOf('  ') + 2))).toEqual(photographs);
      for (const [index, line] of lines.entries()) expect(Math.abs(Number.parseFloat(line) - scores[index]!)).toBeLessThan(1e-5);
    },
  );

  test.skipIf(runtime === undefined)(
    `score.py refuses a picture that Pillow shows otherwise, and scores the others${unless(runtime, 'modules onnxruntime and PIL')}`,
    async () => {
      const { model, photographs, scores } = prepared;
      const png = await readFile(photographs[0]!);
      // gAMA of 1, with its checksum; decoders look for it before the pixels
      const gamma = Buffer.from('0000000467414d41' + '000186a0' + '31e8965f', 'hex');
      const linear = join(folder, 'linear.png');
      await writeFile(linear, Buffer.concat([png.subarray(0, 33), gamma, png.subarray(33)]));
      const gray = {
        width: 64,
        height: 64,
        samples: 1,
        bits: 8,
        photometric: 1,
        data: Uint8Array.from({ length: 8192 }, (_, index) => index),
      };
      const [channel, deep] = [join(folder, 'channel.tif'), join(folder, 'deep.tif')];
      await writeFile(channel, makeTiff({ ...gray, tags: { 270: [...Buffer.from('ImageJ=1.54f\nimages=2\nchannels=2\n\0')] } }, gray));
      await writeFile(deep, makeTiff({ ...gray, bits: 12 }));
      const [black, white] = [join(folder, 'black.tif'), join(folder, 'white.tif')];
      await writeFile(black, makeTiff({ ...gray, bits: 16 }));
      await writeFile(white, makeTiff({ ...gray, bits: 16, photometric: 0, data: gray.data.map((value) => 255 - value) }));
      const paths = [linear, channel, deep, photographs[0]!, black, white];
      const { status, stdout, stderr } = spawnSync(runtime!, [join(example, 'score.py'), '--model', model, ...paths]);
      expect(String(stderr)).toMatch(/linear\.png: it states another gamma, primaries or coding than sRGB/);
      expect(String(stderr)).toMatch(/channel\.tif: each of its channels is a page of its own/);
      expect(String(stderr)).toMatch(/deep\.tif: its samples have another number of bits than 1, 2, 4, 8 or 16/);
      const [score, ofBlack, ofWhite] = String(stdout).trimEnd().split('\n').map(Number.parseFloat);
      expect({ status, score }).toEqual({ status: 1, score: expect.closeTo(scores[0]!, 5) });
      expect(ofWhite).toBe(ofBlack);
    },
  );

  test.skipIf(runtime === undefined)(
    `bare.py names what it cannot read, and scores the others${unless(runtime, 'modules onnxruntime and PIL')}`,
    async () => {
      const { model, photographs, scores } = prepared;
      const none = join(folder, 'none.jpg');
      await writeFile(none, 'no image');
      const { status, stdout, stderr } = spawnSync(runtime!, [join(example, 'bare.py'), model, none, photographs[0]!]);
      expect(String(stderr)).toMatch(/^error: .*none\.jpg: .+\n$/);
      expect({ status, score: Number.parseFloat(String(stdout)) }).toEqual({ status: 1, score: expect.closeTo(scores[0]!, 5) });
    },
  );
});
