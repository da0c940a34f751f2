/** The images in tar archives, WebDataset shards among them: read one after the other, never unpacked. */
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import tar from 'tar-stream';
import { UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { readChunks } from '../support/files/read-chunks.js';
import { imageExtensions } from './list-image-files.js';

/** Larger members are no photographs, bytes. */
const largestMember = 2 ** 29;

export interface TarImage {
  /** The archive's path, then the name inside: `shard.tar/000017.jpg`. */
  readonly path: string;
  readonly data: Uint8Array;
}

export function isTar(path: string): boolean {
  return /\.tar$/i.test(path);
}

/**
 * The images of an archive in its order, by extension; their content is not read.
 * @returns paths as in `TarImage`, and the number of other members by extension
 * @throws UserError when it is not a tar archive, or ends early.
 */
export async function listTarImages(archive: string): Promise<{ paths: string[]; leftOut: Record<string, number> }> {
  const paths: string[] = [];
  const leftOut: Record<string, number> = {};
  for await (const { header, skip } of membersOf(archive)) {
    if (isImage(header)) paths.push(`${archive}/${header.name}`);
    else if (header.type === 'file') {
      const extension = extname(header.name).toLowerCase() || 'without extension';
      leftOut[extension] = (leftOut[extension] ?? 0) + 1;
    }
    await skip();
  }
  return { paths, leftOut };
}

/** The same images with their contents, as they are asked for. @throws as `listTarImages` */
export async function* readTarImages(archive: string): AsyncGenerator<TarImage> {
  for await (const { header, skip, read } of membersOf(archive)) {
    if (isImage(header)) yield { path: `${archive}/${header.name}`, data: await read() };
    else await skip();
  }
}

/** The content of one image by its path, `shard.tar/000017.jpg`; undefined for a path that is not in an archive. @throws as `listTarImages` */
export async function readTarImage(path: string): Promise<Uint8Array | undefined> {
  const archive = /^(.*?\.tar)\/./is.exec(path)?.[1];
  if (archive === undefined || existsSync(path)) return undefined;
  for await (const { header, skip, read } of membersOf(archive)) {
    if (`${archive}/${header.name}` === path) return read();
    await skip();
  }
  throw new UserError(`${archive} has no member ${path.slice(archive.length + 1)}.`);
}

function isImage({ type, name, size = 0 }: tar.Headers): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return type === 'file' && size <= largestMember && !base.startsWith('.') && imageExtensions.includes(extname(name).toLowerCase());
}

interface Member {
  readonly header: tar.Headers;
  skip(): Promise<void>;
  read(): Promise<Uint8Array>;
}

async function* membersOf(archive: string): AsyncGenerator<Member> {
  const source = Readable.from(readChunks(archive));
  const extract = tar.extract();
  source.on('error', (error) => extract.destroy(error));
  source.pipe(extract);
  try {
    for await (const entry of extract) {
      // whoever asks gets the error of a part that is missing
      const partsOf = async (isKept: boolean): Promise<Buffer[]> => {
        const parts: Buffer[] = [];
        try {
          for await (const part of entry) if (isKept) parts.push(part);
        } catch (error) {
          throw readingError(archive, error);
        }
        return parts;
      };
      yield {
        header: entry.header,
        skip: async () => void (await partsOf(false)),
        read: async () => Buffer.concat(await partsOf(true)),
      };
    }
  } catch (error) {
    throw readingError(archive, error);
  } finally {
    source.destroy();
    extract.destroy();
  }
}

function readingError(archive: string, error: unknown): UserError {
  const reason = fileError('read', archive, error);
  if (reason instanceof UserError) return reason;
  return new UserError(`Cannot read ${archive}: it is not a tar archive, or it is cut off.`, { cause: error });
}
