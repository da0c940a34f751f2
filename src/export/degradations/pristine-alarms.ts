/** Photographs of a run as they are, seen by the part that tells degradations: of which of them it reports something that is not wrong. */
import type { ImageReference } from '../../datasets/image-reference.js';
import { loadImage } from '../../datasets/load-image.js';
import { cropImage, type Image } from '../../images/image.js';
import { SessionThread } from '../../runtime/sessions/session-thread.js';
import { UserError } from '../../support/errors.js';
import { PassingError } from '../../support/files/passing-failures.js';
import type { ModelDescription } from '../model-description.js';
import { falseAlarms, limitsOf } from './degradation-limits.js';
import type { ShippedDegradations } from './shipped-degradations.js';

type Described = NonNullable<ModelDescription['degradations']>;

/** Photographs that are seen: enough for a share of one in twenty. */
const mostPhotographs = 48;
/** Of fewer photographs no share of one in twenty can be told. */
const enoughPhotographs = 20;
/** Longest side that is seen of each, pixels: bounds the time. */
const longestSide = 512;

/**
 * The thresholds as they ship, or higher ones where more than one in twenty of a run's photographs would be reported as degraded: screens, drawings and
 * scans look otherwise than the photographs that the thresholds come from.
 * @param photographs those that training never saw first
 * @param onPhotograph is told how many were seen
 * @returns the description with what was found; unchanged where no photograph can be used
 */
export async function withOwnThresholds(
  shipped: ShippedDegradations,
  photographs: readonly ImageReference[],
  onPhotograph?: (done: number, total: number) => void,
): Promise<Described> {
  const { described, file } = shipped;
  const chosen = photographs.slice(0, mostPhotographs);
  const values: number[][] = [];
  const thread = new SessionThread();
  try {
    if (chosen.length > 0) await thread.load('degradations', file);
    for (const [index, reference] of chosen.entries()) {
      const image = await loadImage(reference).catch(unreadable);
      if (image) values.push(await seen(thread, middleOf(image)));
      onPhotograph?.(index + 1, chosen.length);
    }
  } finally {
    await thread.close();
  }
  return values.length === 0 ? described : { ...described, ...thresholdsFor(values, described.thresholds) };
}

/** @param pristine values of each group, of every photograph */
export function thresholdsFor(
  pristine: readonly (readonly number[])[],
  shipped: readonly number[],
): Required<Pick<Described, 'thresholds' | 'own'>> {
  const alarms = shareAbove(pristine, shipped);
  const isRaised = pristine.length >= enoughPhotographs && alarms > falseAlarms;
  const limits = isRaised ? limitsOf(pristine) : [];
  const thresholds = shipped.map((threshold, group) => Math.max(threshold, Math.ceil((limits[group] ?? 0) * 1e4) / 1e4));
  return { thresholds, own: { photographs: pristine.length, alarms, ...(isRaised && { raised: shareAbove(pristine, thresholds) }) } };
}

function shareAbove(pristine: readonly (readonly number[])[], thresholds: readonly number[]): number {
  const reported = pristine.filter((values) => values.some((value, group) => value >= thresholds[group]!));
  return Number((reported.length / pristine.length).toFixed(4));
}

async function seen(thread: SessionThread, { width, height, data }: Image): Promise<number[]> {
  const { degradations } = await thread.run('degradations', { image: { dataType: 'uint8', shape: [1, height, width, 3], data } });
  return Array.from(degradations!.data as Float32Array);
}

function middleOf(image: Image): Image {
  const [width, height] = [Math.min(image.width, longestSide), Math.min(image.height, longestSide)];
  return cropImage(image, (image.width - width) >> 1, (image.height - height) >> 1, width, height);
}

function unreadable(error: unknown): undefined {
  if (!(error instanceof UserError) || error instanceof PassingError) throw error;
  return undefined;
}
