/** The part of the model that ships in other graphs: the same numbers, for images of any size. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { falseAlarms } from '#antonym/export/degradations/degradation-limits.js';
import { thresholdsFor } from '#antonym/export/degradations/pristine-alarms.js';
import { addDegradations, readShippedDegradations } from '#antonym/export/degradations/shipped-degradations.js';
import { shippedModel } from '#antonym/export/shipped-model.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();

describe('the degradations of the model that ships', () => {
  test('are the same in a graph of their own; small images are repeated', async () => {
    await writePhotographs(folder, 1, 1);
    const [file] = await readdir(folder);
    const photograph = await decodeImage(join(folder, file!));
    const shipped = (await readShippedDegradations())!;
    const thread = new SessionThread({ threads: 1 });
    const degradationsBy = async (model: string, { width, height, data }: Image): Promise<number[]> => {
      const image = { dataType: 'uint8', shape: [1, height, width, 3], data } as const;
      return Array.from((await thread.run(model, { image }, { outputs: ['degradations'] })).degradations!.data as Float32Array);
    };
    try {
      await thread.load('whole', (await shippedModel())!.path);
      const alone = new Graph();
      alone.input('image', 'uint8', ['batch', 'height', 'width', 3]);
      addDegradations(alone, shipped, 64);
      await thread.load('alone', encodeOnnx(alone));
      await thread.load('small', shipped.file);
      const large = cropImage(photograph, 0, 0, 96, 70);
      const expected = await degradationsBy('whole', large);
      for (const model of ['alone', 'small'])
        for (const [group, value] of (await degradationsBy(model, large)).entries()) expect(value).toBeCloseTo(expected[group]!, 5);
      // 32 x 21 pixels again and again are 64 x 64
      const small = cropImage(photograph, 0, 0, 32, 21);
      const tiled = Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => {
        const [y, x] = [Math.floor(index / 192) % 21, Math.floor(index / 3) % 32];
        return small.data[(y * 32 + x) * 3 + (index % 3)]!;
      });
      const ofTiled = await degradationsBy('whole', { width: 64, height: 64, data: tiled });
      for (const [group, value] of (await degradationsBy('small', small)).entries()) expect(value).toBeCloseTo(ofTiled[group]!, 5);
    } finally {
      await thread.close();
    }
  });
});

describe('thresholds for the photographs of a run', () => {
  const { between } = randomStream(1, 'photographs');
  const photographs = Array.from({ length: 40 }, () => [between(0, 0.4), between(0, 0.4)]);

  test('stay where few are reported, and where there are few photographs', () => {
    const high = [0.5, 0.5];
    expect(thresholdsFor(photographs, high)).toEqual({ thresholds: high, own: { photographs: 40, alarms: 0 } });
    const few = photographs.slice(0, 19);
    expect(thresholdsFor(few, [0, 0])).toEqual({ thresholds: [0, 0], own: { photographs: 19, alarms: 1 } });
  });

  test('rise until one in twenty is reported', () => {
    const { thresholds, own } = thresholdsFor(photographs, [0.3, 0.5]);
    const above = photographs.filter(([first, second]) => first! >= 0.3 || second! >= 0.5).length;
    expect(own).toEqual({ photographs: 40, alarms: above / 40, raised: expect.any(Number) });
    expect(own!.raised).toBeGreaterThan(0);
    expect(own!.raised).toBeLessThanOrEqual(falseAlarms);
    expect(thresholds[0]).toBeGreaterThan(0.3);
    // none is ever lowered
    expect(thresholds[1]).toBe(0.5);
  });
});
