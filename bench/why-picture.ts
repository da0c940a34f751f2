/** The picture of docs/why.md: a rendered scene, distorted in several ways, with what the model says of each. */
import sharp, { type OverlayOptions } from 'sharp';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { degrade } from '#antonym/degrade/composition.js';
import type { DistortionName } from '#antonym/degrade/distortions/table.js';
import { singleDistortion } from '#antonym/degrade/gallery.js';
import type { Image } from '#antonym/images/image.js';
import { drawLabel, labelLine } from '#antonym/pairs/sheets/draw-label.js';
import type { Model } from '#antonym/score/model.js';
import { writeFileAtomically } from '#antonym/support/files/atomic-file.js';

const shown: readonly (DistortionName | undefined)[] = [undefined, 'gaussian-blur', 'white-noise', 'jpeg', 'color-block', 'high-sharpen'];
const [level, levels] = [4, 5];
const [columns, gap] = [3, 8];

/** Writes a WebP file. */
export async function writeWhyPicture(model: Model, path: string): Promise<void> {
  const scene = renderProcedural({ kind: 'procedural', id: 'procedural-1-4', seed: 1, index: 4, width: 360, height: 240 });
  const height = scene.height + 2 * labelLine + gap;
  const sheet = sharp({
    create: {
      width: columns * (scene.width + gap) - gap,
      height: Math.ceil(shown.length / columns) * (height + gap) - gap,
      channels: 3,
      background: 'white',
    },
  });
  const pictures = [];
  for (const [place, name] of shown.entries()) {
    const image = name === undefined ? scene : await degrade(scene, singleDistortion(name, 1), level, levels);
    const { score, why } = await model.assess(image);
    pictures.push({
      ...(await labelled(image, [`${name ?? 'as it is'}: ${score.toFixed(2)}`, why])),
      left: (place % columns) * (scene.width + gap),
      top: Math.floor(place / columns) * (height + gap),
    });
  }
  await writeFileAtomically(path, await sheet.composite(pictures).webp({ quality: 80 }).toBuffer());
}

/** The image with lines of text below it. */
async function labelled({ width, height, data }: Image, lines: readonly string[]): Promise<Pick<OverlayOptions, 'input' | 'raw'>> {
  const all = height + lines.length * labelLine + gap;
  const picture = { width, height: all, data: new Uint8Array(width * all * 3).fill(255) };
  picture.data.set(data);
  for (const [line, text] of lines.entries()) await drawLabel(picture, text, 0, height + gap / 2 + line * labelLine);
  return { input: Buffer.from(picture.data), raw: { width, height: all, channels: 3 } };
}
