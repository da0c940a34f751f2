/** Kodak's photographs, where they lie beside the project; they are not part of it. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { labOfImage } from '#antonym/degrade/color/color-spaces.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { leastTexture, textureOf } from '#antonym/images/texture.js';
import { randomStream } from '#antonym/support/random.js';

const folder = fileURLToPath(new URL('../../../shared/data/pristine/kodak/', import.meta.url));

/** Paths of the 24 PNG files; none, with a message, where they are absent. */
export const kodakPhotographs: readonly string[] = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => /^kodim\d\d\.png$/.test(name))
      .sort()
      .map((name) => `${folder}${name}`)
  : [];
/** For the names of tests that are skipped without them. */
export const unlessKodak = kodakPhotographs.length === 0 ? ' (skipped: no photographs of Kodak)' : '';
if (kodakPhotographs.length === 0) process.stderr.write(`Not tested on photographs: ${folder} is absent.\n`);

/** One crop of each photograph with the texture that training asks for, and with color: a mean chroma of 8 or more in CIELAB. */
export async function kodakCrops(side: number): Promise<Image[]> {
  return Promise.all(
    kodakPhotographs.map(async (path, index) => {
      const image = await decodeImage(path);
      for (let draw = 0; draw < 100; draw++) {
        const random = randomStream('kodak crops', index, draw);
        const crop = cropImage(image, random.integer(image.width - side + 1), random.integer(image.height - side + 1), side, side);
        if (textureOf(crop, { left: 0, top: 0, width: side, height: side }) >= leastTexture && chromaOf(crop) >= 8) return crop;
      }
      throw new Error(`no crop of ${path} has texture and colour`);
    }),
  );
}

function chromaOf(image: Image): number {
  const { ab } = labOfImage(image);
  let sum = 0;
  for (let index = 0; index < ab.length; index += 2) sum += Math.hypot(ab[index]!, ab[index + 1]!);
  return sum / (ab.length / 2);
}
