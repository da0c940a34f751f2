/** The images that a model has seen before it is trained here: those of the runs that its weights come from. */
import { basename, dirname, join } from 'node:path';
import { findRun, runsFolder } from '../../runs/run-directory.js';
import { type RunImages, readRunImages } from '../../runs/run-images.js';
import { runPrefix } from '../options/model-options.js';

export interface EarlierImages {
  /** SHA-256 of images that were trained on. */
  readonly training: ReadonlySet<string>;
  /** SHA-256 of images that were held out and never trained on. */
  readonly heldOut: ReadonlySet<string>;
  /** Sources of weights whose training images are not recorded. */
  readonly unknown: readonly string[];
}

export const noEarlierImages: EarlierImages = { training: new Set(), heldOut: new Set(), unknown: [] };

/**
 * The images of the run that weights come from, and of all the runs before it. Weights that are published for a backbone, random or an
 * encoder's own have seen none here.
 * @param weights the option: `run:NAME`, or a file, which may be the checkpoint of a run
 * @throws UserError when there is no such run, or its list of images is damaged.
 */
export async function earlierImages(weights: string): Promise<EarlierImages> {
  if (['random', 'published', 'own'].includes(weights)) return noEarlierImages;
  const name = weights.startsWith(runPrefix) ? weights.slice(runPrefix.length) : undefined;
  const isOfRun = basename(dirname(weights)) === 'checkpoints';
  const folder = name === undefined ? dirname(dirname(weights)) : (await findRun(runsFolder, name)).path;
  const list = name === undefined && !isOfRun ? undefined : await readRunImages(join(folder, 'images.json'));
  return list ? earlierOf(list) : { ...noEarlierImages, unknown: [name === undefined ? weights : `the run ${name}`] };
}

/** The images of a run that another one starts from. */
function earlierOf({ images, before, unknown }: RunImages): EarlierImages {
  const digestsOf = (set: 'training' | 'held-out'): string[] =>
    images.flatMap((image) => (image.set === set && image.sha256 !== undefined ? [image.sha256] : []));
  const training = new Set([...before.training, ...digestsOf('training')]);
  const heldOut = new Set([...before.heldOut, ...digestsOf('held-out')].filter((digest) => !training.has(digest)));
  return { training, heldOut, unknown };
}
