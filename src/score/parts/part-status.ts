/** Which parts of a list's scores are whole, and one file of all of them. */
import { join } from 'node:path';
import { UserError } from '../../support/errors.js';
import { writeFileAtomically } from '../../support/files/atomic-file.js';
import { fileError } from '../../support/files/file-errors.js';
import { numberRanges } from '../../support/number-ranges.js';
import { linesOfPart, type PartHead, type PartState, partFiles, partName, stateOfPart } from './part-file.js';

export interface PartsStatus {
  readonly parts: number;
  readonly whole: number;
  /** Parts that were begun, by number. */
  readonly begun: readonly number[];
  /** Parts without a file. */
  readonly missing: readonly number[];
  /** Of whole parts. */
  readonly images: number;
  readonly failed: number;
}

/** Reads the first and the last line of every part. @throws UserError when parts do not belong together. */
export async function statusOfParts(folder: string): Promise<PartsStatus> {
  const { of, states } = await statesIn(folder);
  const numbers = Array.from({ length: of }, (_, index) => index + 1);
  const ends = [...states.values()].flatMap(({ end }) => (end ? [end] : []));
  return {
    parts: of,
    whole: ends.length,
    begun: numbers.filter((number) => states.has(number) && !states.get(number)!.end),
    missing: numbers.filter((number) => !states.has(number)),
    images: ends.reduce((sum, { images }) => sum + images, 0),
    failed: ends.reduce((sum, { failed }) => sum + failed, 0),
  };
}

async function statesIn(folder: string): Promise<{ of: number; paths: ReadonlyMap<number, string>; states: Map<number, PartState> }> {
  const { of, paths } = await partFiles(folder);
  const states = new Map<number, PartState>();
  let first: { readonly path: string; readonly head: PartHead } | undefined;
  for (const [number, path] of [...paths].sort(([a], [b]) => a - b)) {
    const state = await stateOfPart(path);
    states.set(number, state);
    if (!state.head) continue;
    first ??= { path, head: state.head };
    const key = (['model', 'list', 'bytes', 'maxPixels'] as const).find((name) => state.head![name] !== first!.head[name]);
    if (key === undefined) continue;
    throw new UserError(
      `${first.path} and ${path} do not belong together: ${key} is ${first.head[key]} and ${state.head[key]}. Score one again.`,
    );
  }
  return { of, paths, states };
}

/**
 * Writes `scores.jsonl`: a line an image, in the order of the list.
 * @returns its path, and the number of images
 * @throws UserError when a part is missing, not whole or damaged.
 */
export async function mergeParts(folder: string): Promise<{ readonly path: string; readonly images: number; readonly failed: number }> {
  const status = await statusOfParts(folder);
  const lacking = [...status.begun, ...status.missing].sort((a, b) => a - b);
  if (lacking.length > 0) {
    throw new UserError(
      `${folder} lacks ${lacking.length} of ${status.parts} parts: ${numberRanges(lacking)}. Score them first; --status lists them.`,
    );
  }
  const path = join(folder, 'scores.jsonl');
  try {
    await writeFileAtomically(path, linesOfParts(folder, status.parts));
  } catch (error) {
    throw fileError('write', path, error);
  }
  return { path, images: status.images, failed: status.failed };
}

async function* linesOfParts(folder: string, of: number): AsyncGenerator<Uint8Array> {
  for (let number = 1; number <= of; number++) {
    const path = join(folder, partName({ number, of }));
    const { end } = await stateOfPart(path);
    let [rows, kept] = [0, ''];
    for await (const { line, isHead } of linesOfPart(path)) {
      if (isHead) continue;
      if (rows === end!.images) break;
      rows++;
      kept += `${line}\n`;
      if (kept.length > mergedAtOnce) {
        yield Buffer.from(kept);
        kept = '';
      }
    }
    if (rows !== end!.images)
      throw new UserError(`${path} is damaged: it has ${rows} of ${end!.images} images. Remove it and score the part again.`);
    if (kept !== '') yield Buffer.from(kept);
  }
}

/** Characters. */
const mergedAtOnce = 2 ** 20;
