/** Tar archives: equal members are written as equal bytes, and reading trusts nothing. */
import { Readable } from 'node:stream';
import tar from 'tar-stream';

export interface TarMember {
  /** At most 100 bytes of ASCII: longer names need extensions of the format. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** Archives are made of blocks of this many bytes, and end with two blocks of zeros. */
const block = 512;

/** Bytes of a member in an archive: a header, and its content in whole blocks. */
export function tarMemberBytes(contentBytes: number): number {
  return block + Math.ceil(contentBytes / block) * block;
}

/** The size of an archive whose members take `memberBytes` together. */
export function tarArchiveBytes(memberBytes: number): number {
  return memberBytes + 2 * block;
}

/** The bytes of an archive (POSIX ustar) of regular files: mode 0644, owner 0, time 0. */
export async function* packTar(members: AsyncIterable<TarMember>): AsyncGenerator<Uint8Array> {
  const pack = tar.pack();
  const filling = fill(pack, members);
  // The error reaches the consumer through the stream.
  filling.catch((error) => pack.destroy(error));
  try {
    yield* pack;
    await filling;
  } finally {
    pack.destroy();
  }
}

async function fill(pack: tar.Pack, members: AsyncIterable<TarMember>): Promise<void> {
  for await (const { name, data } of members) {
    const header = { name, size: data.byteLength, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), type: 'file' } as const;
    await new Promise<void>((resolve, reject) => {
      const content = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      pack.entry(header, content, (error) => (error ? reject(error) : resolve()));
    });
  }
  pack.finalize();
}

/** Most bytes that the source may be ahead of the members, in the buffers of streams. */
const slack = 8 * 2 ** 20;

/**
 * The members of an archive as `packTar` writes them, in order.
 * @param chunks the archive's bytes.
 * @param limit largest content of a member, bytes: with it, memory is bounded whatever the bytes are.
 * @throws Error for any other archive (larger members, other kinds of members, extensions of the format, a damaged header, a
 * missing end, anything after it), and whatever `chunks` throws.
 */
export async function* readTar(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<TarMember> {
  let fed = 0;
  let position = 0;
  async function* bounded(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      // Extended headers would be collected whole, however long they are.
      if (fed - position > limit + slack) throw new Error(`there is no member at byte ${position}`);
      fed += chunk.byteLength;
      yield chunk;
    }
  }
  const extract = tar.extract();
  const source = Readable.from(bounded());
  source.on('error', (error) => extract.destroy(error));
  source.pipe(extract);
  try {
    for await (const entry of extract) {
      const { name, type, size = 0 } = entry.header;
      if (type !== 'file') throw new Error(`the member ${JSON.stringify(name)} is not a regular file`);
      if (size > limit) throw new Error(`the member ${JSON.stringify(name)} has ${size} bytes, more than ${limit}`);
      position += tarMemberBytes(size);
      const parts: Buffer[] = [];
      for await (const part of entry) parts.push(part);
      yield { name, data: Buffer.concat(parts, size) };
    }
    if (fed !== tarArchiveBytes(position)) throw new Error(`its members end at byte ${position} of ${fed}`);
  } finally {
    source.destroy();
    extract.destroy();
  }
}
