/** One picture of the images that a model misjudges most, so that a person can see what it does not. */

import sharp from 'sharp';
import { readTarImage } from '../datasets/tar-images.js';
import { decodeImage } from '../images/decode-image.js';
import { encodePng } from '../images/encode-png.js';
import { type Image, pasteImage } from '../images/image.js';
import { drawLabel, labelCharacter, labelLine } from '../pairs/sheets/draw-label.js';

export interface MisjudgedTile {
  /** A file, or a member of an archive: `shard.tar/000017.jpg`. */
  readonly path: string;
  /** Below the image: few lines of words. */
  readonly label: readonly string[];
}

export interface MisjudgedRow {
  readonly heading: string;
  readonly tiles: readonly MisjudgedTile[];
}

const margin = 12;
const gap = 8;
/** Side of a tile, pixels; images are reduced to fit, since their content is judged here, not their pixels. */
const side = 224;

/** Rows of images with a heading above each, as PNG. */
export async function misjudgedSheet(title: string, rows: readonly MisjudgedRow[]): Promise<Buffer> {
  const columns = Math.max(1, ...rows.map(({ tiles }) => tiles.length));
  const lines = Math.max(0, ...rows.flatMap(({ tiles }) => tiles.map(({ label }) => label.length)));
  const rowHeight = 2 * labelLine + side + lines * labelLine + margin;
  const width = margin * 2 + columns * (side + gap) - gap;
  const height = margin * 2 + 2 * labelLine + rows.length * rowHeight;
  const sheet: Image = { width, height, data: new Uint8Array(width * height * 3).fill(255) };
  await drawLabel(sheet, title, margin, margin);
  for (const [index, { heading, tiles }] of rows.entries()) {
    const top = margin + 2 * labelLine + index * rowHeight;
    await drawLabel(sheet, heading, margin, top);
    for (const [column, { path, label }] of tiles.entries()) {
      const left = margin + column * (side + gap);
      pasteImage(sheet, await reduced(path), left, top + 2 * labelLine - 4);
      const longest = Math.floor(side / labelCharacter.width);
      for (const [line, text] of label.entries()) {
        await drawLabel(sheet, shortened(text, longest), left, top + 2 * labelLine + side + line * labelLine);
      }
    }
  }
  return encodePng(sheet);
}

/** The whole image in a square, on light gray. */
async function reduced(path: string): Promise<Image> {
  const { width, height, data } = await decodeImage((await readTarImage(path)) ?? path);
  const pixels = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(side, side, { fit: 'contain', background: '#eeeeee' })
    .raw()
    .toBuffer();
  return { width: side, height: side, data: new Uint8Array(pixels) };
}

/** The end of a path says more than its beginning. */
function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `..${text.slice(2 - longest)}`;
}
