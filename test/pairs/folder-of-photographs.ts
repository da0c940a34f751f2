/** Small rendered images on disk, and broken ones, for the tests of pairs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { FileReference, ProceduralReference } from '#antonym/datasets/image-reference.js';
import { loadImage } from '#antonym/datasets/load-image.js';

export function rendered(index: number, width = 96, height = 80): ProceduralReference {
  return { kind: 'procedural', id: `procedural-5-${index}`, seed: 5, index, width, height };
}

/** `good` PNG files 00.png, 01.png, ... and `broken` files, valid in their header and cut off after it, named x0.png, x1.png, ..., in a folder that is made. */
export async function writePhotographs(
  folder: string,
  good: number,
  broken = 0,
  [width, height]: readonly [number, number] = [96, 80],
): Promise<FileReference[]> {
  await mkdir(folder, { recursive: true });
  const images: FileReference[] = [];
  for (let index = 0; index < good + broken; index++) {
    const { data } = await loadImage(rendered(index, width, height));
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const id = index < good ? `${String(index).padStart(2, '0')}.png` : `x${index - good}.png`;
    await writeFile(join(folder, id), index < good ? png : png.subarray(0, png.length / 2));
    images.push({ kind: 'file', id, path: join(folder, id) });
  }
  return images;
}
