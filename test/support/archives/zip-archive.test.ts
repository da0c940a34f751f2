import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openZip, type ZipArchive } from '#antonym/support/archives/zip-archive.js';
import { UserError } from '#antonym/support/errors.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { type Layout, zip } from './make-zip.js';

const folder = await temporaryFolder();
const opened: FileHandle[] = [];
afterAll(() => Promise.all(opened.map((file) => file.close())));

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

  test('a member that does not match its checksum is refused where it is read in part, too', async () => {
    const archive = await archiveOf(zip({ crc: 1 }));
    const member = archive.members.get('a/b')!;
    for (const [from, to] of [
      [0, 3],
      [4, 7],
    ])
      await expect(archive.read(member, from, to)).rejects.toThrow(/member "a\/b" does not match its checksum/);
  });

  test('the checksum of a large member is computed over all of it', async () => {
    const content = Buffer.alloc(2 ** 23 + 5, 'weights');
    const bytes = zip({ content });
    const archive = await archiveOf(bytes);
    expect(Buffer.from(await archive.read(archive.members.get('a/b')!, 1, 4)).toString()).toBe('eig');
    const flipped = Buffer.from(bytes);
    flipped[2 ** 23]! ^= 1;
    const damaged = await archiveOf(flipped);
    await expect(damaged.read(damaged.members.get('a/b')!, 1, 4)).rejects.toThrow(/does not match its checksum/);
  });

  test.each<[string, Layout]>([
    ['stored', {}],
    ['deflated', { method: 8 }],
    ['empty', { content: Buffer.alloc(0) }],
    ['deflated to many pieces', { method: 8, content: Buffer.alloc(300_000, 'abc'), zip64: true }],
  ])('the content of a member %s comes piece by piece', async (_, layout) => {
    const archive = await archiveOf(zip(layout));
    const pieces: Uint8Array[] = [];
    for await (const piece of archive.content(archive.members.get('a/b')!)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(layout.content ?? Buffer.from('weights'))).toBe(true);
  });

  test('members are read one after the other, also after one that was left or refused', async () => {
    const archive = await archiveOf(zip({ names: ['a', 'b'], method: 8, content: Buffer.alloc(300_000, 'abc') }));
    for await (const piece of archive.content(archive.members.get('a')!)) {
      expect(piece.length).toBeLessThan(300_000);
      break;
    }
    for (const name of ['b', 'a', 'b']) {
      await expect(archive.read(archive.members.get(name)!)).rejects.toThrow(/is compressed/);
      let length = 0;
      for await (const piece of archive.content(archive.members.get(name)!)) length += piece.length;
      expect(length).toBe(300_000);
    }
  });

  test.each<[string, Layout, RegExp]>([
    ['that does not match its checksum', { method: 8, crc: 1 }, /member "a\/b" does not match its checksum/],
    ['of more than is stated', { method: 8, content: Buffer.alloc(300_000), size: 1000 }, /member "a\/b" does not match its checksum/],
    ['of less than is stated', { method: 8, size: 8 }, /member "a\/b" does not match its checksum/],
    ['that is no deflated one', { method: 8, raw: Buffer.from('weights') }, /member "a\/b" cannot be inflated/],
    ['of another method', { method: 12 }, /member "a\/b" is compressed by the unknown method 12/],
  ])('the content of a member %s is refused', async (_, layout, message) => {
    const archive = await archiveOf(zip(layout));
    const read = async (): Promise<void> => {
      for await (const piece of archive.content(archive.members.get('a/b')!))
        expect(piece.length).toBeLessThanOrEqual(layout.size ?? 300_000);
    };
    await expect(read()).rejects.toThrow(message);
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

  test.each<[string, Layout, RegExp]>([
    [
      'a comment that holds an end, of which readers could take either',
      { comment: `PK\x05\x06${' '.repeat(18)}` },
      /no list of members at its end/,
    ],
    ['members over each other', { names: ['a', 'b'], positions: [0, 0] }, /members "a" and "b" lie over each other/],
    ['members that lap into each other', { names: ['a', 'b'], positions: [0, 20] }, /members "a" and "b" lie over each other/],
    ['a name that leads out of a folder', { names: ['a/../../b'] }, /invalid relative path/],
    ['a name from the root', { names: ['/etc/passwd'] }, /absolute path/],
    ['a list beyond all files', { zip64: true, listPosition: Number.MAX_SAFE_INTEGER - 1 }, /list of members lies outside of the file/],
    ['a list before its place', { listPosition: 0 }, /list of members ends after 0 of 1/],
    ['two sizes of a stored member', { size: 2 ** 30 }, /member "a\/b" has two sizes/],
  ])('an archive with %s is refused', async (_, layout, message) => {
    await expect(archiveOf(zip(layout))).rejects.toThrow(message);
  });

  test.each<[string, Layout]>([
    ['far away', { zip64: true, positions: [Number.MAX_SAFE_INTEGER - 1] }],
    ['in the list of members', { positions: [40] }],
    ['longer than the file', { zip64: true, method: 8, raw: Buffer.alloc(5), positions: [30] }],
  ])('a member %s is refused when it is read', async (_, layout) => {
    const archive = await archiveOf(zip(layout));
    const member = archive.members.get('a/b')!;
    const read = layout.method === 8 ? archive.content(member)[Symbol.asyncIterator]().next() : archive.read(member);
    await expect(read).rejects.toThrow(/member "a\/b" (is not where it should be|lies outside of the file)/);
  });

  test('archives with any bytes changed are read or refused, and never more is read than stated', async () => {
    const bytes = zip({ names: ['a', 'b'], method: 8, content: Buffer.alloc(300, 'abc') });
    const tried = fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      async (changes) => {
        const changed = Buffer.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        try {
          const archive = await archiveOf(changed);
          for (const member of archive.members.values()) {
            let length = 0;
            for await (const piece of archive.content(member)) length += piece.length;
            expect(length).toBe(member.size);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      },
    );
    await fc.assert(tried, { numRuns: 150 });
  });
});
