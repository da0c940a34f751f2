/** PNG pictures whose numbers are for another gamma than that of screens: decoders ignore it, browsers and viewers do not. */
import sharp, { type SharpOptions } from 'sharp';

/** Exponent of screens. */
const screen = 2.2;
/** Smaller differences are not seen, and not corrected by libpng either. */
const leastDifference = 0.05;

/**
 * The gamma of a PNG file (PNG, third edition, 11.3.2.2), where it decides: a profile or sRGB comes first.
 * @param png as `pngPixelsOnly` leaves it
 * @returns undefined where numbers are those of screens
 */
export function unusualGamma(png: Uint8Array): number | undefined {
  const file = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  let gamma: number | undefined;
  for (let at = 8; at + 12 <= file.length; at += 12 + file.readUInt32BE(at)) {
    const type = file.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') break;
    if (type === 'sRGB' || type === 'iCCP') return undefined;
    if (type === 'gAMA' && file.readUInt32BE(at) === 4) gamma = file.readUInt32BE(at + 8) / 100_000;
  }
  return gamma === undefined || gamma === 0 || Math.abs(gamma * screen - 1) <= leastDifference ? undefined : gamma;
}

/** Upright pixels of 8 bits for screens: value^(1 / (gamma x 2.2)) (PNG, third edition, 13.13), opacity as it is. */
export async function pixelsForScreen(
  png: Uint8Array,
  gamma: number,
  options: SharpOptions,
): Promise<{ data: Uint8Array; width: number; height: number; channels: 1 | 2 | 3 | 4 }> {
  const { depth, channels: stored } = await sharp(png, options).metadata();
  const isDeep = depth === 'ushort';
  const opened = sharp(png, options).autoOrient();
  const whole = isDeep ? opened.toColourspace(stored < 3 ? 'grey16' : 'rgb16') : opened;
  const { data, info } = await whole.raw({ depth: isDeep ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const values = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  const most = isDeep ? 0xffff : 0xff;
  const seen = Uint8Array.from({ length: most + 1 }, (_, value) => Math.round(255 * (value / most) ** (1 / (gamma * screen))));
  const opacity = channels % 2 === 0 ? channels - 1 : undefined;
  const corrected = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    corrected[index] = index % channels === opacity ? Math.round((255 * value) / most) : seen[value]!;
  }
  return { data: corrected, width, height, channels };
}
