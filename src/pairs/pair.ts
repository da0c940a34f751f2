/** Degraded pairs: two overlapping crops of one photograph at every severity level, and the record from which to remake them. */

import type { ImageReference } from '../datasets/image-reference.js';
import { type Composition, type CompositionOptions, degrade, sampleComposition } from '../degrade/composition.js';
import { releasePixels } from '../degrade/pixel-buffers.js';
import { type Box, cropImage, type Image } from '../images/image.js';
import { UserError } from '../support/errors.js';
import { PassingError } from '../support/files/passing-failures.js';
import { randomStream } from '../support/random.js';
import { chooseCrops, minimumSideFor } from './crops.js';

/** The one failure of a pair that training can skip: its image turns out to be broken or too small. */
export class UnusableImageError extends UserError {
  override name = 'UnusableImageError';
}

/** A pair to make: plain data, so that any thread can make it. */
export interface PairRequest extends CompositionOptions {
  readonly image: ImageReference;
  /** L, from 2 up: severity levels above the pristine level 0. */
  readonly levels: number;
  /** Side of the crops, pixels. */
  readonly crop: number;
  /** Seed and names of the random stream: `[seed, 'pairs', image.id, epoch]`. */
  readonly stream: readonly [seed: string | number, ...names: (string | number)[]];
}

/** The draws of a pair: plain JSON, enough to remake every crop pixel by pixel. */
export interface PairRecord {
  /** The image's id. */
  readonly image: string;
  readonly crops: readonly [Box, Box];
  /** One composition for all levels and both crops. */
  readonly composition: Composition;
  readonly levels: number;
}

export interface DegradedPair {
  readonly record: PairRecord;
  /** [levels + 1, 2, crop, crop, 3], RGB, 0..255; level 0 is pristine. Owns its buffer. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/**
 * Makes one degraded pair. The same request gives the same bytes.
 * @param load loads the pixels of the image.
 * @param into a buffer for the pixels, used when it has their length.
 * @throws UnusableImageError when the image cannot be loaded or is too small.
 */
export async function makePair(
  request: PairRequest,
  load: (image: ImageReference) => Promise<Image>,
  into?: ArrayBuffer,
): Promise<DegradedPair> {
  const { image: reference, levels, crop, stream, ...drawn } = request;
  const image = await loadLargeEnough(reference, minimumSideFor(crop), load);
  const crops = chooseCrops(image, crop, randomStream(...stream, 'crops'));
  const composition = sampleComposition(randomStream(...stream, 'composition'), drawn);
  const record: PairRecord = { image: reference.id, crops, composition, levels };
  const size = crop * crop * 3;
  const length = (levels + 1) * 2 * size;
  const pixels = into?.byteLength === length ? new Uint8Array(into) : new Uint8Array(length);
  const pristine = crops.map(({ left, top }) => cropImage(image, left, top, crop, crop));
  for (const [cropIndex, part] of pristine.entries()) {
    pixels.set(part.data, cropIndex * size);
    for (let level = 1; level <= levels; level++) {
      const { data } = await degrade(part, composition, level, levels);
      pixels.set(data, (level * 2 + cropIndex) * size);
      releasePixels(data);
    }
    releasePixels(part.data);
  }
  return { record, pixels };
}

async function loadLargeEnough(
  reference: ImageReference,
  minimumSide: number,
  load: (image: ImageReference) => Promise<Image>,
): Promise<Image> {
  try {
    const image = await load(reference);
    if (Math.min(image.width, image.height) >= minimumSide) return image;
    const name = reference.kind === 'file' ? reference.path : reference.id;
    throw new UserError(
      `${name} is ${image.width}x${image.height}, but two overlapping crops need at least ${minimumSide} pixels on each side.`,
    );
  } catch (error) {
    throw error instanceof UserError && !(error instanceof PassingError) ? new UnusableImageError(error.message) : error;
  }
}

/** Remakes one crop of a pair at one level, 0..`record.levels`, from its record. */
export async function replayPair(image: Image, record: PairRecord, level: number, cropIndex: 0 | 1): Promise<Image> {
  const { left, top, width, height } = record.crops[cropIndex];
  const pristine = cropImage(image, left, top, width, height);
  return level === 0 ? pristine : degrade(pristine, record.composition, level, record.levels);
}
