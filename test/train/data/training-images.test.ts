import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadImage } from '#antonym/datasets/load-image.js';
import { resolveOptions } from '#antonym/support/options/option-table.js';
import { dataAdvice } from '#antonym/train/data/data-advice.js';
import { fingerprintOf } from '#antonym/train/data/held-out.js';
import { openImageData, openTrainingImages } from '#antonym/train/data/training-images.js';
import { checkTrainOptions, type TrainOptions, trainOptions } from '#antonym/train/options.js';
import { renderedPhotographs } from '../../datasets/pristine/photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

/** Nine pictures, each three times: as it is, smaller, and as a JPEG of quality 50. */
const folder = await temporaryFolder();
const clean = await temporaryFolder();
beforeAll(async () => {
  for (const [index, { data, width, height }] of (await renderedPhotographs(9, 480, 360)).entries()) {
    const image = sharp(data, { raw: { width, height, channels: 3 } });
    await image
      .clone()
      .png()
      .toFile(join(clean, `${index}.png`));
    await image
      .clone()
      .png()
      .toFile(join(folder, `${index}.png`));
    await image
      .clone()
      .resize(400)
      .png()
      .toFile(join(folder, `smaller ${index}.png`));
    await image
      .clone()
      .jpeg({ quality: 50 })
      .toFile(join(folder, `z${index}.jpg`));
  }
});

function options(flags: Record<string, string>): TrainOptions {
  return resolveOptions(trainOptions, { flags: { crop: '32', heldOut: '6', ...flags } }, { cores: 2 }).values;
}

describe('near duplicates', () => {
  test('of held-out images are never trained on', async () => {
    const { split, nearDuplicates } = await openTrainingImages(options({ data: folder }));
    expect(nearDuplicates).toHaveLength(9);
    expect(split.heldOut).toHaveLength(6);
    const picture = ({ id }: { id: string }): string => /\d/.exec(id)![0];
    const trained = new Set(split.training.map(picture));
    expect(split.heldOut.filter((image) => trained.has(picture(image)))).toEqual([]);
  });

  test('are not looked for among rendered images', async () => {
    expect((await openTrainingImages(options({ data: 'procedural' }))).nearDuplicates).toEqual([]);
  });
});

test('files that match --exclude are left out, and said to be', async () => {
  const { dataset, leftOut } = await openImageData(options({ data: folder, exclude: 'smaller*, z*' }));
  expect([dataset.images, leftOut.files]).toEqual([9, { excluded: 18 }]);
});

describe('photographs are reduced', () => {
  test('by a factor', async () => {
    const { dataset } = await openTrainingImages(options({ data: folder, downscale: '2.5' }));
    for (const image of dataset.images) {
      const { width, height } = await loadImage(image);
      expect([width, height]).toEqual(image.id.startsWith('smaller') ? [160, 120] : [192, 144]);
    }
  });

  test('by as much as they need, the same every time', async () => {
    const auto = await openImageData(options({ data: folder, downscale: 'auto' }));
    expect(auto.downscale).toBeGreaterThanOrEqual(2);
    expect(auto.summary).toContain(`reduced by ${auto.downscale}`);
    const fixed = await openImageData(options({ data: folder, downscale: String(auto.downscale) }));
    expect(fixed.fingerprint).toBe(auto.fingerprint);
    expect((await openImageData(options({ data: folder }))).fingerprint).not.toBe(auto.fingerprint);
    expect((await openImageData(options({ data: clean, downscale: 'auto' }))).downscale).toBe(1);
  });

  test('but not until they are too small', async () => {
    const { dataset } = await openTrainingImages(options({ data: folder, downscale: 'auto', crop: '224' }));
    expect(dataset.downscale.factor).toBe(1);
    await expect(openTrainingImages(options({ data: folder, downscale: '4', crop: '224' }))).rejects.toThrow(/is too small/);
  });

  test('and rendered images are not', async () => {
    expect((await openTrainingImages(options({ downscale: 'auto' }))).dataset.downscale.factor).toBe(1);
    await expect(openTrainingImages(options({ downscale: '2' }))).rejects.toThrow(/--downscale is for photographs/);
  });
});

test('advice names what is wrong with a sample, and nothing else', async () => {
  const lines = await dataAdvice(await openTrainingImages(options({ data: folder })));
  expect(lines).toEqual([
    'note: 18 of 27 images nearly repeat others; copies of held-out images are held out too',
    expect.stringMatching(/^warning: \d+ of 16 images looked at do not seem pristine \(compressed \d+.*--downscale auto may help$/),
  ]);
  expect(await dataAdvice(await openTrainingImages(options({ data: clean })))).toEqual([]);
  expect(await dataAdvice(await openTrainingImages(options({})))).toEqual([]);
});

test('the fingerprint tells reduced images from others', () => {
  const file = { kind: 'file', id: 'a', path: '/a' } as const;
  const split = (downscale?: number) => ({ training: [{ ...file, ...(downscale && { downscale }) }], heldOut: [] });
  expect(new Set([undefined, 2, 3].map((downscale) => fingerprintOf(split(downscale)))).size).toBe(3);
});

describe('the distortions that are trained on', () => {
  test('are those of the option, and the held-out images show each of them', async () => {
    const data = await openImageData(options({ data: clean, heldOut: '2', levels: '2', workers: '1', distortion: 'jpeg, noise' }));
    const expected = ['jpeg', 'white-noise', 'white-noise-ycbcr', 'impulse-noise', 'multiplicative-noise'];
    expect(data.heldOutPairs).toBe(2 * expected.length);
    const feed = data.open();
    try {
      expect(new Set((await feed.heldOut()).map(({ distortion }) => distortion))).toEqual(new Set(expected));
      const pairs = await Promise.all([0, 1, 2, 3, 4, 5].map((index) => feed.training().pair(index)));
      const drawn = pairs.flatMap(({ record }) => record.composition.distortions.map(({ name }) => name));
      expect(drawn.filter((name) => !expected.includes(name))).toEqual([]);
    } finally {
      await feed.close();
    }
  });

  test('are known, or the nearest name is told', () => {
    expect(() => checkTrainOptions(options({ distortion: 'jpg' }))).toThrow(/no distortion or group "jpg".*jpeg/);
  });
});

test('ranking across photographs needs two of them in a gradient', () => {
  expect(() => checkTrainOptions(options({ lossAcross: '1', batchSize: '1' }))).toThrow(/--batch-size must be at least 2/);
});
