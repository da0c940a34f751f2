/**
 * Random access to members of a ZIP archive, as in PyTorch's files and NuGet's packages. Format: PKWARE's APPNOTE.TXT 6.3, sections
 * 4.3 and 4.5.3 (Zip64).
 */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { messageOf, UserError } from '../errors.js';
import { readRange } from '../files/read-range.js';

export interface ZipMember {
  readonly name: string;
  /** Bytes of its content. */
  readonly size: number;
  /** True when its content is not compressed. */
  readonly stored: boolean;
  /** Bytes of its content in the file. */
  readonly compressed: number;
  /** Compression method: 8 is deflate. */
  readonly method: number;
  readonly crc: number;
  /** Offset of its local header in the file. */
  readonly position: number;
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

const signatures = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, member: 0x02014b50, local: 0x04034b50 };
const sizes = { end: 22, end64: 56, locator64: 20, member: 46, local: 30 };
const longestComment = 0xffff;
/** Limit of the list of members, bytes: enough for hundreds of thousands. */
const longestDirectory = 2 ** 26;
const encrypted = 1;
const deflate = 8;
/** Bytes held while a checksum is computed. */
const checkedBytes = 2 ** 22;
const inZip64 = 0xffffffff;

/**
 * @param file stays the caller's to close
 * @param path of the file, for messages
 * @throws UserError when the file is not a ZIP archive, is cut off, or has a damaged list of members.
 */
export async function openZip(file: FileHandle, path: string): Promise<ZipArchive> {
  const fail = (problem: string): never => {
    throw new UserError(`${path} is damaged or not a ZIP archive: ${problem}.`);
  };
  const { size } = await file.stat();
  const directory = await findDirectory(file, size, path, fail);
  if (directory.length > longestDirectory) fail(`its list of members takes ${directory.length} bytes`);
  if (directory.position + directory.length > size) fail('its list of members lies outside of the file');
  const bytes = await readRange(file, Buffer.alloc(directory.length), directory.position, path);
  const members = parseDirectory(bytes, directory.count, fail);

  const startOf = async (member: ZipMember): Promise<number> => {
    const name = JSON.stringify(member.name);
    if (member.position + sizes.local > directory.position) fail(`its member ${name} lies outside of the file`);
    const local = await readRange(file, Buffer.alloc(sizes.local), member.position, path);
    if (local.readUInt32LE(0) !== signatures.local) fail(`its member ${name} is not where it should be`);
    const start = member.position + sizes.local + local.readUInt16LE(26) + local.readUInt16LE(28);
    if (start + member.compressed > directory.position) fail(`its member ${name} lies outside of the file`);
    return start;
  };

  const failChecksum = ({ name }: ZipMember): never =>
    fail(`the content of its member ${JSON.stringify(name)} does not match its checksum`);

  const checked = new Map<ZipMember, Promise<void>>();
  const check = async (member: ZipMember, start: number): Promise<void> => {
    const buffer = new Uint8Array(Math.min(member.size, checkedBytes));
    let crc = 0;
    for (let at = 0; at < member.size; at += buffer.length) {
      crc = crc32(await readRange(file, buffer.subarray(0, member.size - at), start + at, path), crc);
    }
    if (crc !== member.crc) failChecksum(member);
  };

  return {
    members,
    async read(member, from = 0, to = member.size) {
      const name = JSON.stringify(member.name);
      if (!member.stored) fail(`its member ${name} is compressed; weights must be stored without compression`);
      if (from < 0 || from > to || to > member.size)
        fail(`its member ${name} has ${member.size} bytes, but bytes ${from} to ${to} are needed`);
      const start = await startOf(member);
      const isWhole = to - from === member.size;
      if (!isWhole) {
        const checking = checked.get(member) ?? check(member, start);
        checked.set(member, checking);
        await checking;
      }
      const content = await readRange(file, new Uint8Array(to - from), start + from, path);
      if (isWhole && crc32(content) !== member.crc) failChecksum(member);
      return content;
    },

    async *content(member) {
      const name = JSON.stringify(member.name);
      if (!member.stored && member.method !== deflate) fail(`its member ${name} is compressed by the unknown method ${member.method}`);
      const start = await startOf(member);
      let [length, crc] = [0, 0];
      try {
        for await (const piece of inflated(member, file, start)) {
          length += piece.length;
          // before it is written: a small file may hold an enormous one
          if (length > member.size) break;
          crc = crc32(piece, crc);
          yield piece;
        }
      } catch (error) {
        fail(`its member ${name} cannot be inflated: ${messageOf(error)}`);
      }
      if (length !== member.size || crc !== member.crc) failChecksum(member);
    },
  };
}

function inflated({ stored, compressed }: ZipMember, file: FileHandle, start: number): Readable {
  if (compressed === 0) return Readable.from([]);
  const bytes = file.createReadStream({ start, end: start + compressed - 1, autoClose: false });
  if (stored) return bytes;
  const inflating = createInflateRaw();
  bytes.on('error', (error) => inflating.destroy(error));
  return bytes.pipe(inflating);
}

interface Directory {
  readonly count: number;
  readonly position: number;
  readonly length: number;
}

/** The place of the list of members, from the record at the end of the file; with Zip64, by way of a locator before it. */
async function findDirectory(file: FileHandle, size: number, path: string, fail: (problem: string) => never): Promise<Directory> {
  const length = Math.min(size, sizes.end + longestComment + sizes.locator64);
  const tail = await readRange(file, Buffer.alloc(length), size - length, path);
  let at = length - sizes.end;
  while (at >= 0 && !(tail.readUInt32LE(at) === signatures.end && at + sizes.end + tail.readUInt16LE(at + 20) === length)) at--;
  if (at < 0) fail('it has no list of members at its end, perhaps because it was copied or downloaded only in part');
  const locator = at - sizes.locator64;
  if (locator < 0 || tail.readUInt32LE(locator) !== signatures.locator64) {
    return { count: tail.readUInt16LE(at + 10), length: tail.readUInt32LE(at + 12), position: tail.readUInt32LE(at + 16) };
  }
  const place = Number(tail.readBigUInt64LE(locator + 8));
  if (place + sizes.end64 > size) fail('its Zip64 record lies outside of the file');
  const record = await readRange(file, Buffer.alloc(sizes.end64), place, path);
  if (record.readUInt32LE(0) !== signatures.end64) fail('its Zip64 record is not where it should be');
  const [count, bytes, position] = [32, 40, 48].map((offset) => Number(record.readBigUInt64LE(offset))) as [number, number, number];
  return { count, length: bytes, position };
}

function parseDirectory(bytes: Buffer, count: number, fail: (problem: string) => never): Map<string, ZipMember> {
  const members = new Map<string, ZipMember>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + sizes.member > bytes.length || bytes.readUInt32LE(at) !== signatures.member)
      fail(`its list of members ends after ${index} of ${count}`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const extraStart = at + sizes.member + nameLength;
    const end = extraStart + extraLength + commentLength;
    if (end > bytes.length) fail(`its list of members ends after ${index} of ${count}`);
    const name = bytes.toString('utf8', at + sizes.member, extraStart);
    // in this order in the Zip64 field, each only where the ordinary field is full
    const wide = zip64Fields(bytes.subarray(extraStart, extraStart + extraLength));
    const [size, compressed, position] = [24, 20, 42].map((offset) => {
      const value = bytes.readUInt32LE(at + offset);
      return value === inZip64 ? (wide.shift() ?? fail(`its member ${JSON.stringify(name)} has no Zip64 field`)) : value;
    }) as [number, number, number];
    if (members.has(name)) fail(`it has two members ${JSON.stringify(name)}`);
    if (bytes.readUInt16LE(at + 8) & encrypted) fail(`its member ${JSON.stringify(name)} is encrypted`);
    const method = bytes.readUInt16LE(at + 10);
    const stored = method === 0;
    if (stored && size !== compressed) fail(`its member ${JSON.stringify(name)} has two sizes, ${size} and ${compressed} bytes`);
    members.set(name, { name, size, stored, compressed, method, crc: bytes.readUInt32LE(at + 16), position });
    at = end;
  }
  return members;
}

/** The numbers of the extra field 1 of a member. */
function zip64Fields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    const end = Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2));
    if (extra.readUInt16LE(at) !== 1) continue;
    const numbers = Array.from({ length: Math.floor((end - at - 4) / 8) }, (_, index) => Number(extra.readBigUInt64LE(at + 4 + index * 8)));
    return numbers;
  }
  return [];
}
