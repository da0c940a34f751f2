/** A degraded pair as files: a PNG for every crop, and the rows of a manifest that describe them. */

import sharp from 'sharp';
import type { ImageReference } from '../datasets/image-reference.js';
import { strengthsOf } from '../degrade/composition.js';
import { parseComposition } from '../degrade/parse-composition.js';
import { encodePng } from '../images/encode-png.js';
import { sha256Of } from '../support/sha256.js';
import { type ManifestRow, parseRow } from './manifest.js';
import type { DegradedPair } from './pair.js';

export interface EncodedPair {
  /** Ordered by level, the two crops of a level one after the other. */
  readonly files: readonly { readonly name: string; readonly png: Buffer }[];
  /** One for each file. */
  readonly rows: readonly ManifestRow[];
}

export interface PairOrigin {
  /** Place of the pair in its sequence, from 0. */
  readonly index: number;
  /** The dataset's name. */
  readonly dataset: string;
  readonly image: ImageReference;
}

/**
 * Encodes a pair. Equal pairs give equal bytes with one version of libvips.
 * @param prefix before `level-<level>-crop-<crop>.png` in the files' names.
 */
export async function encodePair({ record, pixels }: DegradedPair, origin: PairOrigin, prefix: string): Promise<EncodedPair> {
  const { crops, composition, levels } = record;
  const { width, height } = crops[0];
  const size = width * height * 3;
  const image = withoutPath(origin.image);
  const files: { name: string; png: Buffer }[] = [];
  const rows: ManifestRow[] = [];
  for (let level = 0; level <= levels; level++) {
    for (const crop of [0, 1] as const) {
      const part = pixels.subarray((level * 2 + crop) * size, (level * 2 + crop + 1) * size);
      const png = await encodePng({ width, height, data: part });
      const name = `${prefix}${cropName(level, crop)}`;
      files.push({ name, png });
      rows.push({
        pair: origin.index,
        dataset: origin.dataset,
        image,
        crops,
        composition,
        levels,
        level,
        crop,
        strengths: strengthsOf(composition, level, levels),
        file: name,
        pixelsSha256: sha256Of(part),
        fileSha256: sha256Of(png),
      });
    }
  }
  return { files, rows };
}

/** `level-2-crop-0.png` */
function cropName(level: number, crop: 0 | 1): string {
  return `level-${level}-crop-${crop}.png`;
}

/** The names of a pair's files after their prefix, in order. */
export function cropNames(levels: number): string[] {
  return Array.from({ length: (levels + 1) * 2 }, (_, place) => cropName(place >> 1, place % 2 === 0 ? 0 : 1));
}

/** The properties that a decoded pair must have. */
export interface ExpectedPair {
  readonly index: number;
  readonly levels: number;
  /** Side, pixels. */
  readonly crop: number;
}

/**
 * Decodes a pair from untrusted files.
 * @param files PNGs in order.
 * @param rows parsed JSON.
 * @throws Error for anything not made by `encodePair` for this index, level count and crop; pixels are verified by their hashes.
 */
export async function decodePair(
  files: readonly Uint8Array[],
  rows: unknown,
  { index, levels, crop }: ExpectedPair,
): Promise<DegradedPair> {
  if (!Array.isArray(rows) || rows.length !== files.length) throw new Error(`it does not have a row for each of ${files.length} crops`);
  const size = crop * crop * 3;
  const pixels = new Uint8Array(files.length * size);
  const parsed = rows.map((row: unknown, place) => parseRow(row, `row ${place}`));
  await Promise.all(
    parsed.map(async (row, place) => {
      const isExpected =
        row.pair === index && row.levels === levels && row.level === place >> 1 && row.crop === place % 2 && row.crops[0].width === crop;
      if (!isExpected) throw new Error(`row ${place} does not describe the crop at its place`);
      const { data, info } = await sharp(files[place], { failOn: 'error', limitInputPixels: crop * crop })
        .raw()
        .toBuffer({ resolveWithObject: true });
      if (info.width !== crop || info.height !== crop || info.channels !== 3)
        throw new Error(`crop ${place} is no RGB image of side ${crop}`);
      if (sha256Of(data) !== row.pixelsSha256) throw new Error(`the pixels of crop ${place} are not those of its row`);
      pixels.set(data, place * size);
    }),
  );
  const [{ image, crops, composition }] = parsed as [ManifestRow];
  return { record: { image: image.id, crops, composition: parseComposition(composition), levels }, pixels };
}

function withoutPath(image: ImageReference): ManifestRow['image'] {
  if (image.kind !== 'file') return image;
  const { kind, id, downscale } = image;
  return { kind, id, ...(downscale !== undefined && { downscale }) };
}
