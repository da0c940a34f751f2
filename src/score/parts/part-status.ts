/** Tells which parts of a list's scores are whole, and makes one file of all of them. */
import { join } from 'node:path';
import { UserError } from '../../support/errors.js';
import { writeFileAtomically } from '../../support/files/atomic-file.js';
import { fileError } from '../../support/files/file-errors.js';
import { numberRanges } from '../../support/number-ranges.js';
import { splitFileState } from './file-state.js';
import { linesOfPart, type PartFormat, type PartHead, type PartState, partFiles, partName, stateOfPart } from './part-file.js';

export interface PartsStatus {
  readonly parts: number;
  readonly whole: number;
  /** Parts that were begun, by number. */
  readonly begun: readonly number[];
  /** Parts without a file. */
  readonly missing: readonly number[];
  /** Number of images of whole parts. */
  readonly images: number;
  readonly failed: number;
}

/** Reads the first and the last line of every part. @throws UserError when parts do not belong together, or are another command's. */
export async function statusOfParts(folder: string, format: PartFormat): Promise<PartsStatus> {
  const { of, states } = await statesIn(folder, format);
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

async function statesIn(folder: string, format: PartFormat): Promise<{ of: number; states: Map<number, PartState> }> {
  const { of, paths } = await partFiles(folder);
  const states = new Map<number, PartState>();
  let first: { readonly path: string; readonly head: PartHead } | undefined;
  for (const [number, path] of [...paths].sort(([a], [b]) => a - b)) {
    const state = await stateOfPart(path);
    states.set(number, state);
    const { head } = state;
    if (!head) continue;
    if (head.part !== number || head.of !== of) {
      throw new UserError(`${path} is misnamed: it is part ${head.part} of ${head.of}. Remove it, and score its part again.`);
    }
    if (head.format !== format) {
      throw new UserError(`${path} was written by ${head.format === 'antonym-scores-1' ? 'score' : 'evaluate opinion'}: use that command.`);
    }
    first ??= { path, head };
    const key = (['model', 'list', 'bytes', 'maxPixels', 'side'] as const).find((name) => head[name] !== first!.head[name]);
    if (key === undefined) continue;
    throw new UserError(
      `${first.path} and ${path} do not belong together: ${key} is ${first.head[key]} and ${head[key]}. Score one again.`,
    );
  }
  return { of, states };
}

/**
 * Writes `scores.jsonl`: a line an image, in the order of the list.
 * @returns its path, and the number of images
 * @throws UserError when a part is missing, not whole or damaged.
 */
export async function mergeParts(folder: string): Promise<{ readonly path: string; readonly images: number; readonly failed: number }> {
  const { parts, images, failed } = await requireWholeParts(folder, 'antonym-scores-1');
  const path = join(folder, 'scores.jsonl');
  try {
    await writeFileAtomically(path, inBlocks(rowsOfParts(folder, parts)));
  } catch (error) {
    throw fileError('write', path, error);
  }
  return { path, images, failed };
}

/**
 * @returns the state of the parts, and the head of one @throws UserError when a part is missing or not whole, or parts do not belong
 * together.
 */
export async function requireWholeParts(folder: string, format: PartFormat): Promise<PartsStatus & { readonly head: PartHead }> {
  const status = await statusOfParts(folder, format);
  const lacking = [...status.begun, ...status.missing].sort((a, b) => a - b);
  const { head } = await stateOfPart(join(folder, partName({ number: 1, of: status.parts })));
  if (lacking.length === 0 && head) return { ...status, head };
  throw new UserError(
    `${folder} lacks ${lacking.length} of ${status.parts} parts: ${numberRanges(lacking)}. Score them first; --status lists them.`,
  );
}

/** The rows of parts that are whole, as text, in the order of the list. @throws UserError when a part is damaged. */
export async function* rowsOfParts(folder: string, of: number): AsyncGenerator<string> {
  for (let number = 1; number <= of; number++) {
    const path = join(folder, partName({ number, of }));
    const { end } = await stateOfPart(path);
    let rows = 0;
    for await (const { line, isHead } of linesOfPart(path)) {
      if (isHead) continue;
      if (rows === end!.images) break;
      rows++;
      yield splitFileState(line).row;
    }
    if (rows !== end!.images)
      throw new UserError(`${path} is damaged: it has ${rows} of ${end!.images} images. Remove it and score the part again.`);
  }
}

/** Characters. */
const mergedAtOnce = 2 ** 20;

async function* inBlocks(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let kept = '';
  for await (const line of lines) {
    kept += `${line}\n`;
    if (kept.length <= mergedAtOnce) continue;
    yield Buffer.from(kept);
    kept = '';
  }
  if (kept !== '') yield Buffer.from(kept);
}
