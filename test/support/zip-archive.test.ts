import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { openZip, type ZipArchive } from '#antonym/support/zip-archive.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = await temporaryFolder();
const opened: FileHandle[] = [];
afterAll(() => Promise.all(opened.map((file) => file.close())));

const numbers = (...fields: [bytes: 2 | 4 | 8, value: number][]): Buffer =>
  Buffer.concat(
    fields.map(([bytes, value]) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigUInt64LE(BigInt(value));
      return buffer.subarray(0, bytes);
    }),
  );

interface Layout {
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly names?: readonly string[];
  /** Sizes and positions in Zip64 fields, as in files of 4 GiB and more. */
  readonly zip64?: boolean;
  readonly comment?: string;
}

const content = Buffer.from('weights');

/** An archive of members with the same content, by APPNOTE.TXT 4.3. */
function zip({ method = 0, flags = 0, crc = crc32(content), names = ['a/b'], zip64 = false, comment = '' }: Layout): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  const full = 0xffffffff;
  for (const name of names) {
    const common = numbers([2, 20], [2, flags], [2, method], [4, 0], [4, crc]);
    const lengths = numbers([4, content.length], [4, content.length]);
    const local = Buffer.concat([numbers([4, 0x04034b50]), common, lengths, numbers([2, name.length], [2, 0]), Buffer.from(name), content]);
    // a field that is none of ours, then Zip64's
    const extra = zip64
      ? numbers([2, 0x5455], [2, 2], [2, 7], [2, 1], [2, 24], [8, content.length], [8, content.length], [8, position])
      : Buffer.alloc(0);
    directory.push(
      numbers([4, 0x02014b50], [2, 20]),
      common,
      zip64 ? numbers([4, full], [4, full]) : lengths,
      numbers([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, zip64 ? full : position]),
      Buffer.from(name),
      extra,
    );
    pieces.push(local);
    position += local.length;
  }
  const list = Buffer.concat(directory);
  const end64 = zip64
    ? [
        numbers(
          [4, 0x06064b50],
          [8, 44],
          [2, 45],
          [2, 45],
          [4, 0],
          [4, 0],
          [8, names.length],
          [8, names.length],
          [8, list.length],
          [8, position],
        ),
        numbers([4, 0x07064b50], [4, 0], [8, position + list.length], [4, 1]),
      ]
    : [];
  const end = numbers(
    [4, 0x06054b50],
    [4, 0],
    [2, names.length],
    [2, names.length],
    [4, zip64 ? full : list.length],
    [4, zip64 ? full : position],
    [2, comment.length],
  );
  return Buffer.concat([...pieces, list, ...end64, end, Buffer.from(comment)]);
}

async function archiveOf(bytes: Buffer): Promise<ZipArchive> {
  const path = join(folder, 'archive.zip');
  await writeFile(path, bytes);
  const file = await open(path, 'r');
  opened.push(file);
  return openZip(file, 'file');
}

describe('ZIP archive', () => {
  test.each<[string, Layout]>([
    ['small', {}],
    ['of Zip64', { zip64: true }],
    ['with a comment that looks like an end', { comment: 'PK\x05\x06 and so on' }],
    ['of several members', { names: ['a', 'b', 'a/b'], zip64: true }],
  ])('members of one %s are read, whole and in part', async (_, layout) => {
    const archive = await archiveOf(zip(layout));
    expect([...archive.members.keys()]).toEqual(layout.names ?? ['a/b']);
    for (const member of archive.members.values()) {
      expect(Buffer.from(await archive.read(member)).toString()).toBe('weights');
      expect(Buffer.from(await archive.read(member, 2, 5)).toString()).toBe('igh');
      await expect(archive.read(member, 2, 8)).rejects.toThrow(/has 7 bytes, but bytes 2 to 8 are needed/);
    }
  });

  test.each<[string, Layout, RegExp]>([
    ['compressed', { method: 8 }, /member "a\/b" is compressed/],
    ['encrypted', { flags: 1 }, /member "a\/b" is encrypted/],
    ['that does not match its checksum', { crc: 1 }, /member "a\/b" does not match its checksum/],
    ['of a name twice', { names: ['a', 'a'] }, /two members "a"/],
  ])('a member %s is refused', async (_, layout, message) => {
    await expect(archiveOf(zip(layout)).then((archive) => archive.read(archive.members.get('a/b')!))).rejects.toThrow(message);
  });

  test('a list of members that lies elsewhere or is too long is refused', async () => {
    const bytes = zip({});
    for (const [offset, message] of [
      [-6, /outside of the file/],
      [-10, /takes|outside/],
      [-12, /ends after 1 of/],
    ] as const) {
      const changed = Buffer.from(bytes);
      changed[changed.length + offset + 1]! ^= 0x40;
      await expect(archiveOf(changed)).rejects.toThrow(message);
    }
  });
});
