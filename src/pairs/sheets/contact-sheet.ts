/** One picture of many degraded pairs, so that a person can judge the training data at a glance. */
import { encodePng } from '../../images/encode-png.js';
import { cropImage, type Image, pasteImage } from '../../images/image.js';
import type { DegradedPair } from '../pair.js';
import { drawLabel, labelCharacter, labelLine, wrapLabel } from './draw-label.js';

export interface ContactSheetRow {
  /** The heading of the pair: the origin of its crops. */
  readonly title: string;
  /** Their distortions; wrapped at `, `. */
  readonly description: string;
  readonly pair: DegradedPair;
}

/** Larger crops show only their middle, at full size: reduced images would hide noise and compression. */
const largestTile = 256;

const margin = 12;
const gap = 4;

/**
 * A grid as PNG: levels from left to right, pristine first, both crops of a pair one below the other, labels above each pair.
 * @param heading the first line.
 * @param rows not empty; of equal crop and levels.
 */
export async function contactSheet(heading: string, rows: readonly ContactSheetRow[]): Promise<Uint8Array> {
  const { levels, crops } = rows[0]!.pair.record;
  const tile = Math.min(crops[0].width, largestTile);
  const width = margin * 2 + (levels + 1) * (tile + gap) - gap;
  const columns = Math.floor((width - margin * 2) / labelCharacter.width);
  const blocks = rows.map((row) => ({ lines: [...wrapLabel(row.title, columns), ...wrapLabel(row.description, columns)], pair: row.pair }));
  const headings = wrapLabel(heading, columns);
  const blockHeight = (lines: number): number => lines * labelLine + 2 * (tile + gap) + margin;
  const top = margin + (headings.length + 1) * labelLine + margin;
  const height = blocks.reduce((sum, { lines }) => sum + blockHeight(lines.length), top);
  const sheet: Image = { width, height, data: new Uint8Array(width * height * 3).fill(255) };

  for (const [index, line] of headings.entries()) await drawLabel(sheet, line, margin, margin + index * labelLine);
  for (let level = 0; level <= levels; level++) {
    const text = columnHeading(level, tile);
    await drawLabel(sheet, text, margin + level * (tile + gap), margin + headings.length * labelLine + margin / 2);
  }
  let y = top;
  for (const { lines, pair } of blocks) {
    for (const [index, line] of lines.entries()) await drawLabel(sheet, line, margin, y + index * labelLine);
    for (let level = 0; level <= levels; level++) {
      for (const cropIndex of [0, 1]) {
        const left = margin + level * (tile + gap);
        pasteImage(sheet, middle(cropOf(pair, level, cropIndex), tile), left, y + lines.length * labelLine + cropIndex * (tile + gap));
      }
    }
    y += blockHeight(lines.length);
  }
  return encodePng(sheet);
}

function columnHeading(level: number, tile: number): string {
  const long = level === 0 ? 'pristine' : `level ${level}`;
  return long.length * labelCharacter.width <= tile ? long : String(level);
}

/** One crop of a pair at one level: a view, not a copy. */
function cropOf({ record, pixels }: DegradedPair, level: number, cropIndex: number): Image {
  const { width, height } = record.crops[0];
  const size = width * height * 3;
  return { width, height, data: pixels.subarray((level * 2 + cropIndex) * size, (level * 2 + cropIndex + 1) * size) };
}

function middle(image: Image, side: number): Image {
  return cropImage(image, Math.floor((image.width - side) / 2), Math.floor((image.height - side) / 2), side, side);
}
