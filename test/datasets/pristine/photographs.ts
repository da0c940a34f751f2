/** Pristine images for the tests of the pristine check: rendered ones, and the Kodak photographs where they are. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadImage } from '#antonym/datasets/load-image.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import type { Image } from '#antonym/images/image.js';
import { rendered } from '../../pairs/folder-of-photographs.js';

const kodak = fileURLToPath(new URL('../../../../shared/data/pristine/kodak', import.meta.url));

/** True where the Kodak photographs are on this machine. */
export const haveKodak = existsSync(kodak);

/** Every third of the 24. */
export async function kodakPhotographs(): Promise<Image[]> {
  const names = (await readdir(kodak)).filter((name) => name.endsWith('.png')).sort();
  return Promise.all(names.filter((_, index) => index % 3 === 0).map((name) => decodeImage(join(kodak, name))));
}

export function renderedPhotographs(count: number, width = 576, height = 432): Promise<Image[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => loadImage(rendered(index, width, height))));
}
