/**
 * Random access to members of a ZIP archive, as in PyTorch's files and NuGet's packages. yauzl reads the format; this file bounds what a hostile
 * archive can claim, and compares checksums, also of members that are read in part.
 */

import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise } from 'yauzl';
import { counted } from '../counted.js';
import { messageOf, UserError } from '../errors.js';
import { readRange } from '../files/read-range.js';
import { readZipEntries } from './zip-entries.js';
import { ZipReader } from './zip-reader.js';

export interface ZipMember {
  readonly name: string;
  /** Bytes of its content. */
  readonly size: number;
}

export interface ZipArchive {
  readonly members: ReadonlyMap<string, ZipMember>;
  /**
   * Bytes `from` to `to` of a stored member after its checksum was compared; for a part, the whole member is read first, once.
   * @throws UserError when the file is damaged.
   */
  read(member: ZipMember, from?: number, to?: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The content of a member, stored or deflated, piece by piece.
   * @throws UserError when the file is damaged; at the end, if only the checksum is wrong.
   */
  content(member: ZipMember): AsyncIterable<Uint8Array>;
}

const [stored, deflated] = [0, 8];
/** Bytes held while a checksum is computed. */
const checkedBytes = 2 ** 22;

/**
 * @param file stays the caller's to close
 * @param path of the file, for messages
 * @throws UserError when the file is not a ZIP archive, is cut off, or has a damaged list of members.
 */
export async function openZip(file: FileHandle, path: string): Promise<ZipArchive> {
  const fail = (problem: string): never => {
    throw new UserError(`${path} is damaged or not a ZIP archive: ${problem}.`);
  };
  const failMember = (member: ZipMember, problem: string): never => fail(`its member ${JSON.stringify(member.name)} ${problem}`);
  const { size } = await file.stat();
  const reader = new ZipReader(file, size, path);
  const zip = await fromRandomAccessReaderPromise(reader, size, { autoClose: false, validateEntrySizes: false }).catch((error) =>
    fail(`it has no list of members at its end, perhaps because it was copied or downloaded only in part. ${messageOf(error)}`),
  );
  const { entries, start: end } = await readZipEntries(zip, reader, fail);
  const members = new Map([...entries].map(([name, entry]) => [name, { name, size: entry.uncompressedSize }]));

  /** Place of the content, which lies before the list of members. */
  const startOf = async (member: ZipMember): Promise<number> => {
    const entry = entryOf(member);
    const { fileDataStart } = await zip
      .readLocalFileHeaderPromise(entry, { minimal: true })
      .catch((error) => failMember(member, `is not where it should be: ${messageOf(error)}`));
    if (fileDataStart + entry.compressedSize > end) failMember(member, 'lies outside of the file');
    return fileDataStart;
  };
  const entryOf = ({ name }: ZipMember): Entry => entries.get(name)!;
  const failChecksum = (member: ZipMember): never =>
    fail(`the content of its member ${JSON.stringify(member.name)} does not match its checksum`);

  const checked = new Map<string, Promise<void>>();
  const check = async (member: ZipMember, start: number): Promise<void> => {
    const buffer = new Uint8Array(Math.min(member.size, checkedBytes));
    let crc = 0;
    for (let at = 0; at < member.size; at += buffer.length) {
      crc = crc32(await readRange(file, buffer.subarray(0, member.size - at), start + at, path), crc);
    }
    if (crc !== entryOf(member).crc32) failChecksum(member);
  };

  return {
    members,
    async read(member, from = 0, to = member.size) {
      if (entryOf(member).compressionMethod !== stored) failMember(member, 'is compressed; weights must be stored without compression');
      if (from < 0 || from > to || to > member.size)
        failMember(member, `has ${counted(member.size, 'byte')}, but bytes ${from} to ${to} are needed`);
      const start = await startOf(member);
      const isWhole = to - from === member.size;
      if (!isWhole) {
        const checking = checked.get(member.name) ?? check(member, start);
        checked.set(member.name, checking);
        await checking;
      }
      const content = await readRange(file, new Uint8Array(to - from), start + from, path);
      if (isWhole && crc32(content) !== entryOf(member).crc32) failChecksum(member);
      return content;
    },

    async *content(member) {
      const entry = entryOf(member);
      if (entry.compressionMethod !== stored && entry.compressionMethod !== deflated)
        failMember(member, `is compressed by the unknown method ${entry.compressionMethod}`);
      await startOf(member);
      let [length, crc] = [0, 0];
      try {
        for await (const piece of await zip.openReadStreamPromise(entry)) {
          length += piece.length;
          // before it is written: a small file may hold an enormous one
          if (length > member.size) break;
          crc = crc32(piece, crc);
          yield piece;
        }
      } catch (error) {
        failMember(member, `cannot be inflated: ${messageOf(error)}`);
      }
      if (length !== member.size || crc !== entry.crc32) failChecksum(member);
    },
  };
}
