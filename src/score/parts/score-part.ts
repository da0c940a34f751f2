/** Scores one part of a list into its file; continues where a killed process stopped. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import { lockFolder } from '../../support/files/folder-lock.js';
import { makeFolder } from '../../support/files/make-folder.js';
import type { OwnerLock } from '../../support/files/owner-lock.js';
import { LineChain } from '../../support/line-chain.js';
import { resultsAhead } from '../../support/results-ahead.js';
import { imagesInMemory } from '../load-model.js';
import { fileState, splitFileState, withFileState } from './file-state.js';
import { type ListPart, linesOf } from './list-lines.js';
import { type ListedImage, listedImages } from './listed-images.js';
import { linesOfPart, type PartEnd, type PartHead, parsed, partName, rowSchema, stateOfPart } from './part-file.js';

/** The scorer that makes the row of an image: a model, or all measures of an evaluation. */
export interface PartScorer {
  /** An image that cannot be scored has `error` in its row. */
  rowOf(image: ListedImage): Promise<{ readonly image: string; readonly error?: string }>;
  close(): Promise<void>;
}

export interface PartRequest {
  readonly head: PartHead;
  readonly out: string;
  /** Opened when there is something to score. */
  readonly open: () => Promise<PartScorer>;
  readonly stop: AbortSignal;
  /** Told the images of the part so far, and the share of its lines, 0..1, where it is known. */
  readonly onImage?: (images: number, share: number | undefined) => void;
}

export interface ScoredPart extends PartEnd {
  readonly path: string;
  /** Images that were scored before. */
  readonly kept: number;
  /** False after a stop. */
  readonly isWhole: boolean;
}

/** Milliseconds between writes: what a killed process loses. */
const writeInterval = 1000;

/** @throws UserError when the part was begun with another model or list, another process works on it, or its file cannot be written. */
export async function scorePart(request: PartRequest): Promise<ScoredPart> {
  const { out, head } = request;
  const path = join(out, partName({ number: head.part, of: head.of }));
  const lock = `${path}.lock`;
  let held: OwnerLock;
  try {
    await makeFolder(lock);
    // a scheduler that starts a task again elsewhere knows that the first one is gone
    held = await lockFolder(lock, path, { takeOver: true });
  } catch (error) {
    throw fileError('write', path, error);
  }
  try {
    return await continuePart(request, path);
  } finally {
    await held.release();
    // an empty folder, which the next call takes away
    await rm(lock, { recursive: true, force: true }).catch(() => {});
  }
}

async function continuePart({ head, open: openScorer, stop, onImage }: PartRequest, path: string) {
  const { list } = head;
  const part: ListPart = { number: head.part, of: head.of };
  const state = await stateOfPart(path);
  if (state.head) requireSame(path, state.head, head);
  if (state.head && state.end) {
    await requireUnchanged(path);
    return { path, ...state.end, kept: state.end.images, isWhole: true };
  }
  const before = state.head
    ? await countRows(path, listedImages(linesOf(list, part), Number.POSITIVE_INFINITY))
    : { images: 0, failed: 0, end: 0, chain: new LineChain() };
  const { chain } = before;
  let { images, failed } = before;
  const scorer = await openScorer();
  try {
    const file = await open(path, state.head ? 'r+' : 'w').catch((error) => {
      throw fileError('write', path, error);
    });
    try {
      if (state.head) await file.truncate(before.end);
      let text = state.head ? '' : `${chain.seal(head)}\n`;
      let place = before.end;
      const write = async (): Promise<void> => {
        const content = Buffer.from(text);
        text = '';
        for (let done = 0; done < content.length; )
          done += (await file.write(content, done, content.length - done, place + done)).bytesWritten;
        place += content.length;
      };
      let written = performance.now();
      const rest = skipped(listedImages(linesOf(list, part), images), images);
      const rows = resultsAhead(rest, imagesInMemory, async (image) => {
        const file = await stateOf(image);
        return { row: await scorer.rowOf(image), file, share: image.share };
      });
      for await (const { row, file, share } of rows) {
        text += `${chain.sealText(withFileState(row, file))}\n`;
        images++;
        if (row.error !== undefined) failed++;
        onImage?.(images, share);
        if (performance.now() - written > writeInterval) {
          await write();
          written = performance.now();
        }
        if (stop.aborted) break;
      }
      const isWhole = !stop.aborted;
      if (isWhole) text += `${chain.seal({ images, failed } satisfies PartEnd)}\n`;
      await write();
      await file.sync();
      return { path, images, failed, kept: before.images, isWhole };
    } catch (error) {
      throw fileError('write', path, error);
    } finally {
      await file.close();
    }
  } finally {
    await scorer.close();
  }
}

/** @throws UserError when a part was begun with something else. */
function requireSame(path: string, was: PartHead, wanted: PartHead): void {
  const key = (Object.keys({ ...was, ...wanted }) as (keyof PartHead)[]).find((name) => was[name] !== wanted[name]);
  if (key === undefined) return;
  throw new UserError(
    `${path} was begun with another ${key === 'bytes' ? 'content of the list' : key} (${was[key] ?? 'none'}, now ${wanted[key] ?? 'none'}). ` +
      'Use another --out, or remove the file.',
  );
}

async function* skipped(images: AsyncIterable<ListedImage>, count: number): AsyncGenerator<ListedImage> {
  let left = count;
  for await (const image of images) if (left-- <= 0) yield image;
}

function stateOf({ input, file }: ListedImage): Promise<string | undefined> | string | undefined {
  return typeof input === 'string' && file === undefined ? fileState(input) : file;
}

function changed(path: string, image: string): UserError {
  return new UserError(
    `${path} has scored ${image}, which has changed since: its size or time is another. Remove ${path}, to score the part again.`,
  );
}

/**
 * Compares the images and archives of a whole part with what was scored. Those that are gone since are not asked for: the scores are there.
 * @throws UserError when one has changed, or the part is damaged
 */
async function requireUnchanged(path: string): Promise<void> {
  let last: { readonly file: string; readonly state: string | undefined } | undefined;
  for await (const { line, isHead } of linesOfPart(path, new LineChain())) {
    const { row: text, state } = splitFileState(line);
    const image = isHead || state === undefined ? undefined : parsed(rowSchema, text)?.image;
    if (image === undefined) continue;
    // the many members of an archive have one state
    if (last === undefined || !image.startsWith(`${last.file}/`)) last = await fileOf(image);
    if (last.state !== undefined && last.state !== state) throw changed(path, image);
  }
}

/** The file that has an image, itself or an archive in whose name it stands, and its state. */
async function fileOf(image: string): Promise<{ readonly file: string; readonly state: string | undefined }> {
  const own = await fileState(image);
  if (own !== undefined) return { file: image, state: own };
  for (const { index } of image.matchAll(/\.tar(?=\/)/gi)) {
    const file = image.slice(0, index + '.tar'.length);
    const state = await fileState(file);
    if (state !== undefined) return { file, state };
  }
  return { file: image, state: undefined };
}

/** The rows that a part has, the bytes up to the end of the last, and what follows them. */
interface KeptRows extends PartEnd {
  readonly end: number;
  readonly chain: LineChain;
}

/**
 * Counts the rows of a part.
 * @param images of the list, which may not have changed; their contents are not looked at
 */
async function countRows(path: string, images: AsyncGenerator<ListedImage>): Promise<KeptRows> {
  const chain = new LineChain();
  let [scored, failed, last] = [0, 0, 0];
  try {
    for await (const { line, end, isHead } of linesOfPart(path, chain)) {
      const { row: text, state } = splitFileState(line);
      const row = parsed(rowSchema, text);
      last = end;
      if (isHead) continue;
      if (!row) {
        throw new UserError(
          `${path} is damaged: it has the line ${JSON.stringify(line.slice(0, 60))}. Remove it, to score the part again.`,
        );
      }
      const { value: image }: IteratorResult<ListedImage | undefined> = await images.next();
      if (image?.name !== row.image) {
        throw new UserError(
          `${path} has scored ${row.image} where the list now has ${image?.name ?? 'no image'}. Use the same list, or another --out.`,
        );
      }
      if (state !== undefined && state !== (await stateOf(image))) throw changed(path, row.image);
      scored++;
      if (row.error !== undefined) failed++;
    }
  } finally {
    // it may hold files
    await images.return(undefined);
  }
  return { images: scored, failed, end: last, chain };
}
