import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { type FindingName, findingsIn } from '#antonym/datasets/pristine/findings.js';
import { traitsOf } from '#antonym/datasets/pristine/image-traits.js';
import { degrade } from '#antonym/degrade/composition.js';
import type { DistortionName } from '#antonym/degrade/distortions/table.js';
import { singleDistortion } from '#antonym/degrade/gallery.js';
import type { Image } from '#antonym/images/image.js';
import { haveKodak, kodakPhotographs, renderedPhotographs } from './photographs.js';

type Change = (image: Image) => Promise<Image>;

function open({ data, width, height }: Image): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function decode(image: Sharp): Promise<Image> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

const jpeg =
  (quality: number): Change =>
  async (image) =>
    decode(sharp(await open(image).jpeg({ quality }).toBuffer()));
const scaled =
  (factor: number): Change =>
  (image) =>
    decode(open(image).resize(Math.round(image.width * factor), Math.round(image.height * factor), { fit: 'fill' }));
const distorted =
  (name: DistortionName, level: number): Change =>
  (image) =>
    degrade(image, singleDistortion(name, 1), level, 5);

/** The finding that each change must give, and the least share of images in which it must be, 0..1. */
const changes: Record<string, [change: Change, finding: FindingName, leastShare: number]> = {
  'JPEG 80': [jpeg(80), 'compressed', 0.6],
  'JPEG 65': [jpeg(65), 'compressed', 0.85],
  'JPEG 36': [jpeg(36), 'compressed', 1],
  'enlarged 1.5 times': [async (image) => scaled(1.5)(await scaled(1 / 1.5)(image)), 'enlarged', 0.85],
  'enlarged twice': [async (image) => scaled(2)(await scaled(1 / 2)(image)), 'enlarged', 1],
  'enlarged three times': [async (image) => scaled(3)(await scaled(1 / 3)(image)), 'soft', 1],
  'Gaussian blur, level 2 of 5': [distorted('gaussian-blur', 2), 'soft', 1],
  'lens blur, level 2 of 5': [distorted('lens-blur', 2), 'soft', 1],
  'white noise, level 2 of 5': [distorted('white-noise', 2), 'noisy', 0.4],
  'white noise, level 3 of 5': [distorted('white-noise', 3), 'noisy', 0.6],
};
const harmless: Record<string, Change> = {
  'as it is': async (image) => image,
  'JPEG 95': jpeg(95),
  'reduced by 1.5': scaled(1 / 1.5),
  'reduced by 2': scaled(1 / 2),
  'JPEG 80, reduced by 2': async (image) => scaled(1 / 2)(await jpeg(80)(image)),
};

async function shareOf(images: readonly Image[], change: Change, isFound: (names: readonly FindingName[]) => boolean): Promise<number> {
  let found = 0;
  for (const image of images) if (isFound(findingsIn(traitsOf(await change(image))))) found++;
  return found / images.length;
}

const sets: [name: string, present: boolean, load: () => Promise<Image[]>][] = [
  ['rendered images', true, () => renderedPhotographs(8)],
  ['the Kodak photographs', haveKodak, kodakPhotographs],
];

describe.each(sets)('of %s', (_, present, load) => {
  const images = present ? load() : Promise.resolve([]);
  test.runIf(present).each(Object.entries(changes))('%s is found', async (_, [change, finding, leastShare]) => {
    const share = await shareOf(await images, change, (names) => names.includes(finding));
    expect(share).toBeGreaterThanOrEqual(leastShare);
  });
  test.runIf(present).each(Object.entries(harmless))('nothing is found: %s', async (_, change) => {
    const share = await shareOf(await images, change, (names) => names.length > 0);
    expect(share).toBeLessThanOrEqual(1 / 8);
  });
});

test('a plain image is found', () => {
  const plain = { width: 200, height: 150, data: new Uint8Array(200 * 150 * 3).fill(90) };
  expect(findingsIn(traitsOf(plain))).toEqual(['plain']);
});

test('images of any size can be measured', async () => {
  for (const [width, height] of [
    [1, 1],
    [1, 80],
    [33, 2],
    [70, 700],
  ] as const) {
    const [image] = await renderedPhotographs(1, Math.max(32, width), Math.max(32, height));
    const cut = await decode(open(image!).extract({ left: 0, top: 0, width, height }));
    for (const [name, value] of Object.entries(traitsOf(cut))) expect(value, `${name} of ${width}x${height}`).not.toBeNaN();
  }
});
