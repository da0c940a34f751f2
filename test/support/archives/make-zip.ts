/** ZIP archives, byte by byte. */
import { crc32, deflateRawSync } from 'node:zlib';

const numbers = (...fields: [bytes: 2 | 4 | 8, value: number][]): Buffer =>
  Buffer.concat(
    fields.map(([bytes, value]) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigUInt64LE(BigInt(value));
      return buffer.subarray(0, bytes);
    }),
  );

export interface Layout {
  /** The content of each member; default: `weights`. */
  readonly content?: Buffer;
  /** Contents of the members, where they differ. */
  readonly contents?: readonly Buffer[];
  /** The method that it states; with 8 it is deflated, unless `raw`. */
  readonly method?: number;
  /** The bytes in the file, whatever the method. */
  readonly raw?: Buffer;
  /** Stated size of the content; default: its own. */
  readonly size?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly names?: readonly string[];
  /** Sizes and positions in Zip64 fields, as in files of 4 GiB and more. */
  readonly zip64?: boolean;
  readonly comment?: string;
  /** Stated positions of the members; default: their own. */
  readonly positions?: readonly number[];
  /** Stated position of the list of members; default: its own. */
  readonly listPosition?: number;
}

/** An archive, by APPNOTE.TXT 4.3. */
export function zip(layout: Layout): Buffer {
  const { method = 0, flags = 0, names = ['a/b'], zip64 = false, comment = '', positions = [], listPosition } = layout;
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  const full = 0xffffffff;
  for (const [index, name] of names.entries()) {
    const content = layout.contents?.[index] ?? layout.content ?? Buffer.from('weights');
    const { raw = method === 8 ? deflateRawSync(content) : content, size = content.length, crc = crc32(content) } = layout;
    const stated = positions[index] ?? position;
    const common = numbers([2, 20], [2, flags], [2, method], [4, 0], [4, crc]);
    const lengths = numbers([4, raw.length], [4, size]);
    const local = Buffer.concat([numbers([4, 0x04034b50]), common, lengths, numbers([2, name.length], [2, 0]), Buffer.from(name), raw]);
    // a field that is none of ours, then Zip64's
    const extra = zip64 ? numbers([2, 0x5455], [2, 2], [2, 7], [2, 1], [2, 24], [8, size], [8, raw.length], [8, stated]) : Buffer.alloc(0);
    directory.push(
      numbers([4, 0x02014b50], [2, 20]),
      common,
      zip64 ? numbers([4, full], [4, full]) : lengths,
      numbers([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, zip64 ? full : stated]),
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
          [8, listPosition ?? position],
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
    [4, zip64 ? full : (listPosition ?? position)],
    [2, comment.length],
  );
  return Buffer.concat([...pieces, list, ...end64, end, Buffer.from(comment)]);
}
