/**
 * The file of one part of a list's scores: a line that says what is scored and by which model, a line an image in the order of the list, and at
 * the end a line that says how many. So a part is whole or not, it continues after its last line, and scores of two models never mix.
 */

import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { systemCodeOf, UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import { patiently } from '../../support/files/passing-failures.js';
import { readChunks } from '../../support/files/read-chunks.js';
import { LineChain, withoutCheck } from '../../support/line-chain.js';
import type { ListPart } from './list-lines.js';

/** The command that made a part: `score`, with a score in each row, or `evaluate opinion`, with the scores of all measures. */
const formats = ['antonym-scores-1', 'antonym-measured-1'] as const;
export type PartFormat = (typeof formats)[number];

const headSchema = z.strictObject({
  format: z.enum(formats),
  part: z.int().min(1),
  of: z.int().min(1),
  /** SHA-256 of model.onnx; of several models with spaces between. */
  model: z.string(),
  /** Side of the squares that images become, pixels; absent: they keep their size. */
  side: z.int().min(1).optional(),
  /** Pixels above which images are split into tiles; absent: as the model says. */
  maxPixels: z.int().optional(),
  /** Name and bytes of the list. */
  list: z.string(),
  bytes: z.int().min(0),
});
export type PartHead = z.infer<typeof headSchema>;

const endSchema = z.strictObject({ images: z.int().min(0), failed: z.int().min(0) });
export type PartEnd = z.infer<typeof endSchema>;

export const rowSchema = z.looseObject({ image: z.string(), score: z.number().optional(), error: z.string().optional() });

/** `scores-0007-of-1000.jsonl`: names in the order of parts. */
export function partName({ number, of }: ListPart): string {
  return `scores-${String(number).padStart(String(of).length, '0')}-of-${of}.jsonl`;
}

const partNames = /^scores-(\d+)-of-(\d+)\.jsonl$/;

/** Files of parts in a folder, by number. @throws UserError when it cannot be read, has none, or they divide the list differently. */
export async function partFiles(folder: string): Promise<{ readonly of: number; readonly paths: ReadonlyMap<number, string> }> {
  const names = await patiently(() => readdir(folder)).catch((error) => {
    throw fileError('read the folder', folder, error);
  });
  const found = names.flatMap((name) => {
    const [, number, of] = partNames.exec(name) ?? [];
    return of === undefined ? [] : [{ number: Number(number), of: Number(of), name }];
  });
  const [first] = found;
  if (first === undefined) throw new UserError(`There are no scores in ${folder}: make them with --list FILE --out ${folder}.`);
  const other = found.find(({ of }) => of !== first.of);
  if (other) throw new UserError(`${folder} has ${first.name} and ${other.name}, which divide a list differently. Use a folder for each.`);
  return { of: first.of, paths: new Map(found.map(({ number, name }) => [number, join(folder, name)])) };
}

/** Bytes read at the beginning and the end of a file: longer than any line but that of an image with a very long name. */
const tailBytes = 2 ** 16;

export interface PartState {
  readonly head: PartHead | undefined;
  /** Undefined while the part is not whole. */
  readonly end: PartEnd | undefined;
}

/** Looks at the beginning and the end of a part only. */
export async function stateOfPart(path: string): Promise<PartState> {
  try {
    const file = await patiently(() => open(path, 'r'));
    try {
      const { size } = await patiently(() => file.stat());
      const [head = '', ...others] = (await textAt(file, 0, tailBytes)).split('\n');
      const lines = (await textAt(file, Math.max(0, size - tailBytes), tailBytes)).split('\n');
      // what follows the last line break was not finished
      return {
        head: others.length > 0 ? parsed(headSchema, head) : undefined,
        end: lines.length < 3 ? undefined : parsed(endSchema, lines.at(-2)!),
      };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return { head: undefined, end: undefined };
    throw fileError('read', path, error);
  }
}

async function textAt(file: FileHandle, place: number, bytes: number): Promise<string> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await patiently(() => file.read(buffer, 0, bytes, place));
  return buffer.toString('utf8', 0, bytesRead);
}

/** The value of a line of JSON, whose checksum is not looked at; undefined for another. */
export function parsed<Of>(schema: z.ZodType<Of>, line: string): Of | undefined {
  try {
    return schema.safeParse(JSON.parse(withoutCheck(line))).data;
  } catch {
    return undefined;
  }
}

/** A whole line as it was before it was sealed, and the bytes up to its end. */
export interface PartLine {
  readonly line: string;
  readonly end: number;
  /** The first. */
  readonly isHead: boolean;
}

/**
 * Whole lines of a file.
 * @param chain follows the lines
 * @throws UserError when a line does not match its checksum.
 */
export async function* linesOfPart(path: string, chain = new LineChain()): AsyncGenerator<PartLine> {
  let end = 0;
  let isHead = true;
  let rest = Buffer.alloc(0);
  for await (const chunk of readChunks(path)) {
    let bytes = Buffer.concat([rest, chunk]);
    for (let place = bytes.indexOf(10); place >= 0; place = bytes.indexOf(10)) {
      end += place + 1;
      const line = chain.open(bytes.toString('utf8', 0, place));
      if (line === undefined) {
        throw new UserError(
          `${path} is damaged: a line does not match its checksum, or one before it is missing. Remove it, to score the part again.`,
        );
      }
      yield { line, end, isHead };
      isHead = false;
      bytes = bytes.subarray(place + 1);
    }
    rest = bytes;
  }
}
