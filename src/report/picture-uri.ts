/** Pictures of a run inside its report: unchanged, if they are small enough to be sent with it. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';

export interface PagePicture {
  /** A `data:` address. */
  readonly uri: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** True when only the upper part is shown. */
  readonly isPart: boolean;
}

/** About 1 MB of the most detailed pixels. */
const largestArea = 6e5;
const largestSvg = 2 ** 21;

/**
 * A picture as lossless WebP; of one with more than 0.6 megapixels the upper part, cut between two rows of pictures where there are any.
 * @returns undefined where there is none or it cannot be read.
 */
export async function pictureUri(path: string): Promise<PagePicture | undefined> {
  try {
    const { data, info } = await sharp(path, { limitInputPixels: 2 ** 28 })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height: whole, channels } = info;
    const height =
      whole * width <= largestArea ? whole : cutBetweenRows(data, width * channels, Math.max(1, Math.floor(largestArea / width)));
    const webp = await sharp(data.subarray(0, width * height * channels), { raw: { width, height, channels } })
      .webp({ lossless: true, effort: 3 })
      .toBuffer();
    return { uri: `data:image/webp;base64,${webp.toString('base64')}`, width, height, isPart: height < whole };
  } catch {
    return undefined;
  }
}

/**
 * A chart that another command drew. Inside of `<img>` it can neither run nor load anything.
 * @param name as a file of results says it: only a name in the folder is accepted.
 */
export async function chartUri(folder: string, name: string): Promise<string | undefined> {
  if (basename(name) !== name) return undefined;
  try {
    const svg = await readFile(join(folder, name));
    return svg.length > largestSvg ? undefined : `data:image/svg+xml;base64,${svg.toString('base64')}`;
  } catch {
    return undefined;
  }
}

/** The last height up to `limit` above which some rows of pixels are white all over; `limit` where there are none. */
function cutBetweenRows(data: Uint8Array, rowBytes: number, limit: number): number {
  const isWhite = (row: number): boolean => data.subarray(row * rowBytes, (row + 1) * rowBytes).every((value) => value === 255);
  let white = 0;
  for (let row = limit - 1; row > limit / 2; row--) {
    white = isWhite(row) ? white + 1 : 0;
    if (white === 8) return row + 8;
  }
  return limit;
}
