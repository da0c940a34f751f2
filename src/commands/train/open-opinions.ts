/** The rated images that `train --opinion` names: found, hashed, grouped, and split. */

import { mixedScales } from '../../calibrate/calibrate.js';
import { type ReadImages, readContents } from '../../datasets/pristine/find-near-duplicates.js';
import { matchImages, type RatedFile } from '../../evaluate/match-images.js';
import type { Opinions } from '../../evaluate/opinions.js';
import { readImageSize } from '../../images/decode-image.js';
import { counted } from '../../support/counted.js';
import { UserError } from '../../support/errors.js';
import { type OpinionSet, type RatedTrainingImage, splitOpinions } from '../../train/opinion/opinion-set.js';
import type { TrainOptions } from '../../train/options.js';
import { readOpinions } from '../evaluate/read-opinions.js';

/** The column that groups images where a table has it. */
const referenceColumn = 'reference';

export interface OpenedOpinions {
  readonly table: Opinions;
  /** Images that can be trained on. */
  readonly images: readonly RatedTrainingImage[];
  readonly set: OpinionSet;
}

type OpinionFlags = Pick<
  TrainOptions,
  'opinion' | 'images' | 'imageColumn' | 'mosColumn' | 'direction' | 'groupBy' | 'split' | 'testShare' | 'seed' | 'crop'
>;

/** The share of images that may be lost. */
const mostLost = 0.1;

/**
 * @param onNote takes what a person should know of the table
 * @throws UserError when the table cannot be read, more than a tenth of its images is lost, or they cannot be split.
 */
export async function openOpinions(flags: OpinionFlags, onNote: (note: string) => void = () => {}): Promise<OpenedOpinions> {
  const { opinion, images: folder, imageColumn, mosColumn, direction, groupBy, crop } = flags;
  const given = {
    images: folder === 'auto' ? undefined : folder,
    imageColumn: imageColumn === 'image' ? undefined : imageColumn,
    mosColumn: mosColumn === 'mos' ? undefined : mosColumn,
    direction: direction === 'auto' ? undefined : direction,
  };
  const column = groupBy === 'none' ? undefined : groupBy === 'auto' ? { name: referenceColumn } : { name: groupBy, isRequired: true };
  const table = await readOpinions(opinion, given, column);
  const { found, missing } = await matchImages(table.folder, table.rated, table.tableFolder);
  const large: RatedFile[] = [];
  const lost = missing.map((image) => `${image}: it is not there`);
  const total = found.length + missing.length;
  const requireMost = (): void => {
    if (lost.length > mostLost * total)
      throw new UserError(`${lost.length} of the ${total} rated images of ${table.name} cannot be used, for example ${lost[0]}.`);
  };
  for (const file of found) {
    const reason = await unusable(file.path, crop);
    if (reason === undefined) large.push(file);
    else lost.push(`${file.image}: ${reason}`);
  }
  requireMost();
  const contents = await readContents(large.map(({ image, path }) => ({ kind: 'file', id: image, path })));
  const usable = large.filter(({ image }) => !contents.unreadable.has(image));
  lost.push(...[...contents.unreadable].map((image) => `${image}: it is damaged`));
  requireMost();
  if (lost.length > 0) onNote(`left out: ${lost.length} of ${total} rated images, for example ${lost[0]}`);
  const mixed = mixedScales(usable.map(({ opinion: value }) => value));
  if (mixed !== undefined) onNote(`warning: ${mixed}`);
  const groups = groupsOf(table, contents, groupBy, onNote);
  const images = usable.map(({ image, path, opinion: value }): RatedTrainingImage => {
    const group = groups.get(image);
    return { image, path, opinion: value, sha256: contents.digests.get(image)!, ...(group !== undefined && { group }) };
  });
  return { table, images, set: splitOpinions({ ...table, images }, flags) };
}

/** Undefined for an image of which crops can be cut. */
async function unusable(path: string, crop: number): Promise<string | undefined> {
  try {
    const { width, height } = await readImageSize(path);
    return Math.min(width, height) < crop ? `${width}x${height} pixels are smaller than --crop ${crop}` : undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** The group of each image that has one, by its name. */
function groupsOf(
  table: Opinions,
  { nearDuplicates: near }: ReadImages,
  groupBy: string,
  onNote: (note: string) => void,
): ReadonlyMap<string, string> {
  if (groupBy === 'none') return new Map();
  const stated = new Map(table.rated.flatMap(({ image, group }) => (group === undefined ? [] : [[image, group] as const])));
  if (stated.size > 0) return stated;
  if (near.length > 0)
    onNote(
      `${near.flat().length} rated images nearly repeat each other, in ${counted(near.length, 'group')}: each stays on one side of the split`,
    );
  return new Map(near.flatMap((group) => group.map(({ id }) => [id, group[0]!.id] as const)));
}
