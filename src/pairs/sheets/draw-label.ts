/** Draws text on pictures without fonts. */
import sharp from 'sharp';
import type { Image } from '../../images/image.js';
import { labelFont } from './label-font.js';

const { width, height, firstCharacter, lastCharacter } = labelFont;

/** Size of one character, pixels. */
export const labelCharacter = { width, height } as const;

/** Distance between lines of text, pixels. */
export const labelLine = height + 2;

let coverage: Promise<{ data: Uint8Array; stride: number }> | undefined;

/**
 * Draws a line of black text into the image in place, cut off at its edge. Characters beyond ASCII become `?`.
 * @param left pixels, of the first character's cell. @param top pixels.
 */
export async function drawLabel(image: Image, text: string, left: number, top: number): Promise<void> {
  coverage ??= decodeFont();
  const { data, stride } = await coverage;
  for (const [index, character] of [...text].entries()) {
    const code = character.codePointAt(0)!;
    const glyph = (code < firstCharacter || code > lastCharacter ? '?'.charCodeAt(0) : code) - firstCharacter;
    const start = left + index * width;
    if (start + width > image.width || top + height > image.height) return;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const transparency = 1 - data[y * stride + glyph * width + x]! / 255;
        const i = ((top + y) * image.width + start + x) * 3;
        for (let channel = 0; channel < 3; channel++) image.data[i + channel] = Math.round(image.data[i + channel]! * transparency);
      }
    }
  }
}

/** Lines of at most `columns` characters, broken at `, ` if possible. */
export function wrapLabel(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const part of text.split(/(?<=, )/)) {
    const last = lines.at(-1);
    if (last !== undefined && (last + part).trimEnd().length <= columns) lines[lines.length - 1] = last + part;
    else lines.push(part);
  }
  return lines.map((line) => line.trimEnd());
}

async function decodeFont(): Promise<{ data: Uint8Array; stride: number }> {
  const { data, info } = await sharp(Buffer.from(labelFont.png, 'base64')).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 1) throw new Error(`the label font has ${info.channels} channels, expected 1`);
  return { data, stride: info.width };
}
