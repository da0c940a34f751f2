/** The list of members of a ZIP archive (APPNOTE.TXT 4.3.12), of which nothing may be ambiguous: readers must not differ in what they see. */
import type { Entry, ZipFile } from 'yauzl';
import { messageOf, UserError } from '../errors.js';
import type { ZipReader } from './zip-reader.js';

/** Limit of the list, bytes: enough for hundreds of thousands of members. */
const longestDirectory = 2 ** 26;
const localHeaderBytes = 30;
const signatures = { end: 0x06054b50, end64: 0x06064b50 };
const stored = 0;

interface ZipEntries {
  /** By name. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Position of the list in the file, behind all members. */
  readonly start: number;
}

/** @param fail throws an error about the file */
export async function readZipEntries(zip: ZipFile, reader: ZipReader, fail: (problem: string) => never): Promise<ZipEntries> {
  // a number, whatever its declaration says
  const cursor = (): number => Number(zip.readEntryCursor);
  const start = cursor();
  if (start > reader.size) fail('its list of members lies outside of the file');
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      const name = JSON.stringify(entry.fileName);
      if (cursor() - start > longestDirectory) fail(`its list of members takes more than ${longestDirectory} bytes`);
      if (entries.has(entry.fileName)) fail(`it has two members ${name}`);
      if (entry.isEncrypted()) fail(`its member ${name} is encrypted`);
      const { compressionMethod, uncompressedSize, compressedSize } = entry;
      if (compressionMethod === stored && uncompressedSize !== compressedSize)
        fail(`its member ${name} has two sizes, ${uncompressedSize} and ${compressedSize} bytes`);
      entries.set(entry.fileName, entry);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    fail(`its list of members ends after ${zip.entriesRead} of ${zip.entryCount}: ${messageOf(error)}`);
  }
  const length = await statedLength(reader, cursor());
  if (length !== cursor() - start) fail(`its list of members takes ${cursor() - start} bytes, but ${length ?? 'something else'} is stated`);
  requireApart([...entries.values()], fail);
  return { entries, start };
}

/** Bytes of the list, from the record behind it; undefined where no such record is. */
async function statedLength(reader: ZipReader, position: number): Promise<number | undefined> {
  const record = await reader.bytes(position, Math.min(56, reader.size - position));
  const signature = record.length < 22 ? 0 : record.readUInt32LE(0);
  if (signature === signatures.end64 && record.length === 56) return Number(record.readBigUInt64LE(40));
  return signature === signatures.end ? record.readUInt32LE(12) : undefined;
}

/** Members that lie over each other would let a small file hold enormous ones. */
function requireApart(entries: readonly Entry[], fail: (problem: string) => never): void {
  const sorted = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  for (const [index, next] of sorted.slice(1).entries()) {
    const { fileName, relativeOffsetOfLocalHeader, compressedSize } = sorted[index]!;
    if (relativeOffsetOfLocalHeader + localHeaderBytes + compressedSize > next.relativeOffsetOfLocalHeader)
      fail(`its members ${JSON.stringify(fileName)} and ${JSON.stringify(next.fileName)} lie over each other`);
  }
}
