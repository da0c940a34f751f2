/** The images that the lines of a list stand for: files, and the members of tar archives as WebDataset and img2dataset write them. */
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import tar from 'tar-stream';
import { imageExtensions } from '../../datasets/list-image-files.js';
import { messageOf, UserError } from '../../support/errors.js';
import { systemReason } from '../../support/files/file-errors.js';
import { isPassing, PassingError } from '../../support/files/passing-failures.js';
import { readChunks } from '../../support/files/read-chunks.js';
import { fileState } from './file-state.js';
import type { ListLine } from './list-lines.js';

export interface ListedImage extends Pick<ListLine, 'share'> {
  /** `photo.jpg`, or `shard.tar/000017.jpg`. */
  readonly name: string;
  /** A path, the content of a member, or why there is none. */
  readonly input: string | Uint8Array | UserError;
  /** As `fileState` told before the image was read; of a path that is still to be read, it is asked for then. */
  readonly file?: string;
}

/** Larger members are no photographs; memory holds a few at a time. */
const largestMember = 2 ** 28;

/** @param skip number of images that are named only: they were scored before */
export async function* listedImages(lines: AsyncIterable<ListLine>, skip = 0): AsyncGenerator<ListedImage> {
  let left = skip;
  for await (const { text, share } of lines) {
    const place = share === undefined ? {} : { share };
    if (extname(text).toLowerCase() !== '.tar') {
      left--;
      yield { name: text, input: text, ...place };
      continue;
    }
    const file = await fileState(text);
    for await (const member of membersOf(text, () => left-- > 0)) yield { ...member, ...place, ...(file !== undefined && { file }) };
  }
}

/**
 * Members with an extension of images, in their order; what else there is, such as captions, is passed over. Archives are read as tar-stream reads
 * them: with names of any length, and with anything after their end.
 */
async function* membersOf(path: string, isSkipped: () => boolean): AsyncGenerator<ListedImage> {
  const extract = tar.extract();
  const source = Readable.from(readChunks(path));
  source.on('error', (error) => extract.destroy(error));
  source.pipe(extract);
  try {
    for await (const entry of extract) {
      const { name, type, size = 0 } = entry.header;
      const isImage = type === 'file' && imageExtensions.includes(extname(name).toLowerCase());
      if (!isImage) {
        entry.resume();
        continue;
      }
      const own = `${path}/${name}`;
      const isTooLarge = size > largestMember;
      if (isSkipped() || isTooLarge) {
        entry.resume();
        yield { name: own, input: isTooLarge ? new UserError(`${own} has ${size} bytes: too large for a photograph.`) : '' };
        continue;
      }
      const parts: Buffer[] = [];
      for await (const part of entry) parts.push(part as Buffer);
      yield { name: own, input: new Uint8Array(Buffer.concat(parts, size)) };
    }
  } catch (error) {
    const message = `Cannot read the archive ${path}: ${systemReason(error) || messageOf(error)}.`;
    if (isPassing(error)) throw new PassingError(message, { cause: error });
    isSkipped();
    yield { name: path, input: new UserError(message, { cause: error }) };
  } finally {
    source.destroy();
    extract.destroy();
  }
}
