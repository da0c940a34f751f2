/** The images of a run that is resumed, found again by content: at another place, under other names, beside others. */
import type { ImageReference } from '../../datasets/image-reference.js';
import type { RunImages } from '../../runs/run-images.js';
import { commandHint } from '../../support/command-hint.js';
import { UserError } from '../../support/errors.js';
import type { Split } from './held-out.js';

export interface FoundImages {
  /** With the ids that the run knows: random streams are named by them. */
  readonly split: Split;
  /** Images at hand that the run does not know. */
  readonly others: number;
}

/**
 * @param images those at hand
 * @param digests their SHA-256 by id
 * @param data the data set or folder, for errors
 * @throws UserError when one of the run's images is missing, or its content has changed.
 */
export function findRecorded(
  recorded: RunImages['images'],
  images: readonly ImageReference[],
  digests: ReadonlyMap<string, string>,
  data: string,
): FoundImages {
  const byId = new Map(images.map((image) => [image.id, image]));
  const byDigest = new Map(images.map((image) => [digests.get(image.id), image]));
  const used = new Set<ImageReference>();
  const missing: string[] = [];
  const changed: string[] = [];
  const split = { training: [] as ImageReference[], heldOut: [] as ImageReference[] };
  const choosing = recorded.flatMap(({ id, chooses }) => (chooses ? [id] : []));
  for (const { id, sha256, set } of recorded) {
    const named = byId.get(id);
    const isSame = named !== undefined && (sha256 === undefined || digests.get(id) === sha256);
    const found = isSame ? named : sha256 === undefined ? undefined : byDigest.get(sha256);
    if (found === undefined) (named ? changed : missing).push(id);
    else {
      used.add(found);
      split[set === 'training' ? 'training' : 'heldOut'].push({ ...found, id });
    }
  }
  if (missing.length + changed.length > 0) throw new UserError(explain(missing, changed, data));
  return { split: { ...split, ...(choosing.length > 0 && { choosing }) }, others: images.length - used.size };
}

/** How a run is told where its images are now; it keeps the place, and `export` finds them there. */
export function placeHint(): string {
  return commandHint('train --resume RUN --data FOLDER');
}

function explain(missing: readonly string[], changed: readonly string[], data: string): string {
  const parts = [
    ...(changed.length > 0 ? [`${counted(changed)} ${changed.length === 1 ? 'has' : 'have'} changed since`] : []),
    ...(missing.length > 0 ? [`${counted(missing)} ${missing.length === 1 ? 'is' : 'are'} not there under any name`] : []),
  ];
  return (
    `The images of ${data} are not those that the run was started with: ${parts.join(', and ')}. ` +
    `Restore them, say where they are (${placeHint()}), or start a new run.`
  );
}

/** `a.jpg`, or `3 (such as a.jpg)` */
function counted(ids: readonly string[]): string {
  return ids.length === 1 ? ids[0]! : `${ids.length} (such as ${ids[0]})`;
}
