/** The lines of one part of a list of images, which may be longer than memory and too long to count. */

import { UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import { readChunks } from '../../support/files/read-chunks.js';
import { openRegular } from '../../support/files/regular-file.js';

export interface ListPart {
  /** Counted from 1. */
  readonly number: number;
  readonly of: number;
}

/** The list on standard input. */
const standardInputList = '-';

export interface ListLine {
  readonly text: string;
  /** The share of the part that lies before the line's end, 0..1; undefined where that is not known. */
  readonly share?: number;
}

/** Longer lines are no paths. */
const longestLine = 2 ** 16;

/**
 * Lines that are not empty, in order. Of a file, part i of n has those that begin in the i-th of n equal ranges of bytes, so that nothing before
 * them is read; of standard input, every n-th line.
 * @throws UserError when the list cannot be read, or a line is too long for a path.
 */
export async function* linesOf(list: string, part: ListPart): AsyncGenerator<ListLine> {
  if (list === standardInputList) {
    let index = 0;
    for await (const { text } of split(process.stdin, list)) if (index++ % part.of === part.number - 1) yield { text };
    return;
  }
  const bytes = await sizeOfList(list);
  const [start, end] = [part.number - 1, part.number].map((number) => Math.floor((bytes * number) / part.of)) as [number, number];
  if (start === end) return;
  // a line that begins at the start follows the line break before it
  const first = Math.max(0, start - 1);
  try {
    let isFirst = start > 0;
    for await (const { text, begin, finish } of split(readChunks(list, { start: first }), list)) {
      // the rest of a line of the part before
      if (isFirst) {
        isFirst = false;
        continue;
      }
      if (first + begin >= end) return;
      if (text !== '') yield { text, share: Math.min(1, (first + finish - start) / (end - start)) };
    }
  } catch (error) {
    throw fileError('read the list', list, error);
  }
}

/** Bytes of a list; 0 for standard input. @throws UserError when it cannot be read. */
export async function sizeOfList(list: string): Promise<number> {
  if (list === standardInputList) return 0;
  try {
    const file = await openRegular(list);
    try {
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError('read the list', list, error);
  }
}

interface Line {
  readonly text: string;
  /** Bytes before the line, and up to its end with the line break. */
  readonly begin: number;
  readonly finish: number;
}

async function* split(chunks: AsyncIterable<Buffer | string>, list: string): AsyncGenerator<Line> {
  let rest = Buffer.alloc(0);
  let begin = 0;
  const lineOf = (bytes: Buffer): string => {
    if (bytes.includes(0))
      throw new UserError(`${list} is not a list of paths: it has bytes that no path has, as texts in UTF-16 do. Save it as UTF-8.`);
    return bytes.toString('utf8').replace(/^\ufeff|\r$/g, '');
  };
  for await (const chunk of chunks) {
    let bytes = Buffer.concat([rest, Buffer.from(chunk)]);
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      const finish = begin + end + 1;
      yield { text: lineOf(bytes.subarray(0, end)), begin, finish };
      begin = finish;
      bytes = bytes.subarray(end + 1);
    }
    if (bytes.length > longestLine) throw new UserError(`${list} is not a list of paths: it has a line of more than ${longestLine} bytes.`);
    rest = bytes;
  }
  if (rest.length > 0) yield { text: lineOf(rest), begin, finish: begin + rest.length };
}
