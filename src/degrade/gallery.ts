/** Every distortion at every level on one picture, measured, to show the meaning of the severity tables. */
import type { Image } from '../images/image.js';
import { randomStream } from '../support/random.js';
import { type Composition, degrade, sampleComposition } from './composition.js';
import type { DistortionName } from './distortions/table.js';
import { peakSignalToNoiseRatio, structuralSimilarity } from './fidelity.js';
import { type SeverityTable, severitiesOf } from './published-severities.js';
import { strengthAt } from './severity.js';

/** One distortion at one level. */
export interface GalleryCell {
  readonly level: number;
  /** In the unit of the distortion; see `Distortion.strength`. */
  readonly strength: number;
  readonly image: Image;
  /** Peak signal-to-noise ratio to the pristine picture, decibels; infinite when no pixel changed. */
  readonly psnr: number;
  /** Structural similarity to the pristine picture, 1 when no pixel changed. */
  readonly ssim: number;
}

/** One distortion at levels 1..L. */
export interface GalleryRow {
  readonly name: DistortionName;
  readonly cells: readonly GalleryCell[];
}

/** One distortion alone, with the parameters that a seed gives it at a place in a list of distortions. */
export function singleDistortion(name: DistortionName, seed: number, place = 0, severity: SeverityTable = 'ordered'): Composition {
  return sampleComposition(randomStream(seed, 'degrade', name, place), { maxDistortions: 1, distortions: [name], severity });
}

/**
 * A distortion at every level on a picture, with the parameters that `antonym degrade image` draws for it.
 * @param levels 2 or more.
 */
export async function galleryRow(
  pristine: Image,
  name: DistortionName,
  levels: number,
  seed: number,
  severity: SeverityTable = 'ordered',
): Promise<GalleryRow> {
  const composition = singleDistortion(name, seed, 0, severity);
  const cells: GalleryCell[] = [];
  for (let level = 1; level <= levels; level++) {
    const image = await degrade(pristine, composition, level, levels);
    const strength = strengthAt(severitiesOf(name, severity), level, levels);
    const psnr = peakSignalToNoiseRatio(pristine, image);
    cells.push({ level, strength, image, psnr, ssim: structuralSimilarity(pristine, image) });
  }
  return { name, cells };
}
