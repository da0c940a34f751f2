import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packTar, readTar, type TarMember, tarArchiveBytes, tarMemberBytes } from '#antonym/support/archives/tar-archive.js';

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

async function pack(members: readonly TarMember[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of packTar(each(members))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @param cut the archive arrives in pieces of so many bytes */
async function read(archive: Uint8Array, limit = 10_000, cut = 700): Promise<TarMember[]> {
  const chunks = Array.from({ length: Math.ceil(archive.length / cut) }, (_, index) => archive.subarray(index * cut, (index + 1) * cut));
  const members: TarMember[] = [];
  for await (const { name, data } of readTar(each(chunks), limit)) members.push({ name, data: new Uint8Array(data) });
  return members;
}

const member = (name: string, size: number): TarMember => ({ name, data: new Uint8Array(size).fill(size % 251) });

test('what is packed is read, in pieces of any size, and takes the bytes that were foreseen', async () => {
  const someMember = fc.record({
    name: fc.string({ unit: fc.constantFrom(...'abz09.-_'), minLength: 1, maxLength: 100 }),
    data: fc.uint8Array({ maxLength: 1500 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(someMember, { maxLength: 6 }), fc.integer({ min: 1, max: 3000 }), async (members, cut) => {
      const archive = await pack(members);
      expect(archive.length).toBe(tarArchiveBytes(members.reduce((sum, { data }) => sum + tarMemberBytes(data.length), 0)));
      expect(await read(archive, 1500, cut)).toEqual(members);
    }),
    { numRuns: 60 },
  );
});

test('the bytes are those of POSIX ustar, and depend on the members alone', async () => {
  const archive = await pack([member('000000.json', 3)]);
  // offsets of IEEE Std 1003.1, pax, "ustar Interchange Format"
  const text = (offset: number, length: number): string => archive.toString('latin1', offset, offset + length).replace(/[\0 ]+$/, '');
  expect([text(0, 100), text(100, 8), text(108, 8), text(124, 12), text(136, 12), text(156, 1), text(257, 6), text(265, 32)]).toEqual([
    '000000.json',
    '000644',
    '000000',
    '00000000003',
    '00000000000',
    '0',
    'ustar',
    '',
  ]);
  expect(archive.subarray(512)).toEqual(Buffer.concat([Buffer.from([3, 3, 3]), Buffer.alloc(509 + 1024)]));
  expect(await pack([member('000000.json', 3)])).toEqual(archive);
});

test('an archive that was cut off anywhere, or continues after its end, is refused', async () => {
  const archive = await pack([member('a.png', 600), member('a.json', 20)]);
  for (let length = 0; length < archive.length; length += 50) {
    await expect(read(archive.subarray(0, length)), `${length} bytes`).rejects.toThrow();
  }
  await expect(read(Buffer.concat([archive, Buffer.alloc(512)]))).rejects.toThrow('its members end at byte 2560 of 4096');
  await expect(read(Buffer.concat([archive, archive]))).rejects.toThrow('its members end at byte');
});

test('what is no regular file of a bounded size is refused', async () => {
  const archive = await pack([member('a.png', 600)]);
  const changed = (offset: number, text: string): Buffer => {
    const copy = Buffer.from(archive);
    copy.write(text, offset, 'latin1');
    copy.fill(' ', 148, 156);
    const sum = copy.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return copy;
  };
  expect(await read(changed(0, 'b.png'))).toEqual([{ ...member('b.png', 600) }]);
  await expect(read(changed(156, '2'))).rejects.toThrow('not a regular file');
  await expect(read(changed(156, '5'))).rejects.toThrow('not a regular file');
  await expect(read(archive, 599)).rejects.toThrow('the member "a.png" has 600 bytes, more than 599');
  await expect(read(changed(156, 'x'))).rejects.toThrow();
  await expect(read(changed(124, '77777777777'))).rejects.toThrow('8589934591 bytes');
  const damaged = Buffer.from(archive);
  damaged[3]! ^= 1;
  await expect(read(damaged)).rejects.toThrow();
});

test('an extended header is given up on long before its stated length', async () => {
  const header = Buffer.from((await pack([member('x', 1)])).subarray(0, 512));
  header.write('x', 156, 'latin1');
  header.write('77777777777', 124, 'latin1');
  header.fill(' ', 148, 156);
  header.write(
    `${header
      .reduce((total, byte) => total + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  );
  let handedOut = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield header;
    for (;;) {
      handedOut += 2 ** 16;
      yield new Uint8Array(2 ** 16);
    }
  }
  await expect(
    (async () => {
      for await (const _ of readTar(endless(), 1000));
    })(),
  ).rejects.toThrow('there is no member at byte 0');
  expect(handedOut).toBeLessThan(2 ** 24);
});

test('a failure while members are made is that of the archive', async () => {
  async function* failing(): AsyncGenerator<TarMember> {
    yield member('a', 100_000);
    throw new Error('no more');
  }
  await expect(
    (async () => {
      for await (const _ of packTar(failing()));
    })(),
  ).rejects.toThrow('no more');
});
