/** A picture of some distortions at every level, labelled with measurements, for a glance or a paper. */

import { distortions } from '../../degrade/distortions/table.js';
import type { GalleryCell, GalleryRow } from '../../degrade/gallery.js';
import { encodePng } from '../../images/encode-png.js';
import { type Image, pasteImage } from '../../images/image.js';
import { drawLabel, labelCharacter, labelLine, wrapLabel } from './draw-label.js';

const margin = 12;
const gap = 8;
/** Narrower pictures get columns wide enough for their labels. */
const leastColumn = 20 * labelCharacter.width;

/**
 * A grid as PNG: distortions one below the other, levels from left to right, the pristine picture first; every tile unchanged, pixel by pixel.
 * @param rows not empty; of equal levels, made from `pristine`.
 */
export async function gallerySheet(pristine: Image, rows: readonly GalleryRow[]): Promise<Buffer> {
  const column = Math.max(pristine.width, leastColumn) + gap;
  const columns = 1 + rows[0]!.cells.length;
  const width = margin * 2 + columns * column - gap;
  const blocks = rows.map(({ name, cells }) => {
    const title = `${name}: ${distortions[name].strength}`;
    return { lines: wrapLabel(title, Math.floor((width - margin * 2) / labelCharacter.width)), cells };
  });
  const tileTop = (lines: number): number => (lines + 2) * labelLine;
  const blockHeight = (lines: number): number => tileTop(lines) + pristine.height + margin * 2;
  const height = margin + blocks.reduce((sum, { lines }) => sum + blockHeight(lines.length), 0);
  const sheet: Image = { width, height, data: new Uint8Array(width * height * 3).fill(255) };
  let y = margin;
  for (const { lines, cells } of blocks) {
    for (const [index, line] of lines.entries()) await drawLabel(sheet, line, margin, y + index * labelLine);
    for (let place = 0; place < columns; place++) {
      const left = margin + place * column;
      const cell = cells[place - 1];
      for (const [index, line] of (cell === undefined ? ['pristine'] : cellLabel(cell)).entries()) {
        await drawLabel(sheet, line, left, y + (lines.length + index) * labelLine);
      }
      pasteImage(sheet, cell?.image ?? pristine, left, y + tileTop(lines.length));
    }
    y += blockHeight(lines.length);
  }
  return encodePng(sheet);
}

function cellLabel({ level, strength, psnr, ssim }: GalleryCell): string[] {
  const measured = Number.isFinite(psnr) ? `${psnr.toFixed(1)} dB SSIM ${ssim.toFixed(3)}` : 'no pixel changed';
  return [`level ${level}: ${Number(strength.toPrecision(3))}`, measured];
}
