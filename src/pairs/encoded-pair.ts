/** A degraded pair as files: a PNG for every crop, and the rows of a manifest that describe them. */
import { encodePng } from '../datasets/encode-png.js';
import type { ImageReference } from '../datasets/image-reference.js';
import { strengthsOf } from '../degrade/composition.js';
import { type ManifestRow, sha256Of } from './manifest.js';
import type { DegradedPair } from './pair.js';

export interface EncodedPair {
  /** By level, the two crops of a level one after the other. */
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
  const image = origin.image.kind === 'file' ? { kind: origin.image.kind, id: origin.image.id } : origin.image;
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
export function cropName(level: number, crop: 0 | 1): string {
  return `level-${level}-crop-${crop}.png`;
}
