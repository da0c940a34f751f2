/** The output that calibration adds to an ONNX file, computed by ONNX Runtime. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { addOpinion } from '#antonym/calibrate/add-opinion.js';
import { fitMap, mapKinds, mapped, negated } from '#antonym/statistics/monotonic-map.js';
import { saveBrightnessModel } from '../score/brightness-model.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const x = Array.from({ length: 30 }, (_, index) => Math.fround((index * index) / 900));
const y = x.map((value, index) => 1 + 4 * Math.sqrt(value) + ((index * 7) % 5) / 10);

test.each(mapKinds)('%s: the file computes the map, and the score as before', async (kind) => {
  const path = await saveBrightnessModel(join(folder, kind));
  for (const map of [fitMap(kind, x, y), negated(fitMap(kind, x, y))]) {
    const changed = join(dirname(path), 'changed.onnx');
    await writeFile(changed, addOpinion(await readFile(path), map, { 'antonym.opinion': 'true' }));
    const session = await InferenceSession.create(changed);
    expect(session.outputNames).toEqual(['score', 'opinion']);
    const pixels = Uint8Array.from({ length: 256 * 3 }, (_, index) => Math.floor(index / 3));
    const { score, opinion } = await session.run({ image: new Tensor('uint8', pixels, [256, 1, 1, 3]) });
    expect(opinion!.dims).toEqual([256]);
    for (let at = 0; at < 256; at++) {
      const own = (score!.data as Float32Array)[at]!;
      expect(own).toBeCloseTo(at / 255, 6);
      expect(Math.abs((opinion!.data as Float32Array)[at]! - mapped(map, own))).toBeLessThan(1e-5);
    }
    await session.release();
  }
});
