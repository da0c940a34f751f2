import { expect, test } from 'vitest';
import type { ImageReference } from '#antonym/datasets/image-reference.js';
import type { Image } from '#antonym/images/image.js';
import { ImageCache } from '#antonym/pairs/image-cache.js';
import { rendered } from './folder-of-photographs.js';

const bytes = 10 * 10 * 3;

function recorder(): { loaded: number[]; load: (reference: ImageReference) => Promise<Image> } {
  const loaded: number[] = [];
  const load = async (reference: ImageReference): Promise<Image> => {
    if (reference.kind !== 'procedural') throw new Error('unexpected');
    loaded.push(reference.index);
    return { width: 10, height: 10, data: new Uint8Array(bytes).fill(reference.index) };
  };
  return { loaded, load };
}

test('the most recently used images stay, within the bound', async () => {
  const { loaded, load } = recorder();
  const cache = new ImageCache(2 * bytes, load);
  for (const index of [0, 1, 0, 2, 0, 1]) expect((await cache.get(rendered(index))).data[0]).toBe(index);
  // 2 pushed 1 out, not 0, which had been used since.
  expect(loaded).toEqual([0, 1, 2, 1]);
});

test('requests at the same time load once', async () => {
  const { loaded, load } = recorder();
  const cache = new ImageCache(bytes, load);
  await Promise.all([cache.get(rendered(3)), cache.get(rendered(3)), cache.get(rendered(3))]);
  expect(loaded).toEqual([3]);
});

test('an image larger than the bound is given but not kept', async () => {
  const { loaded, load } = recorder();
  const cache = new ImageCache(bytes - 1, load);
  await cache.get(rendered(1));
  await cache.get(rendered(1));
  expect(loaded).toEqual([1, 1]);
});

test('a failure is not kept', async () => {
  let attempts = 0;
  const cache = new ImageCache(bytes, () => {
    attempts++;
    return Promise.reject(new Error('broken'));
  });
  await expect(cache.get(rendered(0))).rejects.toThrow('broken');
  await expect(cache.get(rendered(0))).rejects.toThrow('broken');
  expect(attempts).toBe(2);
});
