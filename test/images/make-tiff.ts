/** TIFF files of any kind, made byte by byte (TIFF 6.0): little-endian, uncompressed, one strip a picture. */

/** Tag and its values, 32 bits each; 16 bits for the tags of samples, 8 for text. */
export type TiffTags = Readonly<Record<number, readonly number[]>>;

export interface MadePicture {
  readonly width: number;
  readonly height: number;
  /** Samples of a pixel. */
  readonly samples: number;
  /** Bits of a sample. */
  readonly bits: number;
  readonly photometric: number;
  readonly data: Uint8Array;
  /** Added to those that follow from the rest, or instead of them. */
  readonly tags?: TiffTags;
  /** Pictures of its SubIFDs. */
  readonly inside?: readonly MadePicture[];
}

const shortTags = new Set([258, 259, 262, 277, 338, 339]);
const textTags = new Set([270]);

export function makeTiff(...pictures: readonly MadePicture[]): Uint8Array {
  const chunks: Uint8Array[] = [Buffer.from('II*\0', 'latin1'), new Uint8Array(4)];
  let length = 8;
  const put = (bytes: Uint8Array): number => {
    const at = length;
    const padded = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, new Uint8Array(1)]);
    chunks.push(padded);
    length += padded.length;
    return at;
  };
  /** @returns where the directory is, and its bytes: the last four are where the next one is. */
  const putPicture = (picture: MadePicture): { at: number; directory: Buffer } => {
    const { width, height, samples, bits, photometric, data, tags = {}, inside = [] } = picture;
    const strip = put(data);
    const subDirectories = inside.map((sub) => putPicture(sub).at);
    const all: Record<number, readonly number[]> = {
      256: [width],
      257: [height],
      258: Array.from({ length: samples }, () => bits),
      259: [1],
      262: [photometric],
      273: [strip],
      277: [samples],
      278: [height],
      279: [data.length],
      ...(subDirectories.length > 0 && { 330: subDirectories }),
      ...tags,
    };
    const entries = Object.entries(all).map(([tag, values]) => [Number(tag), values] as const);
    entries.sort(([a], [b]) => a - b);
    const directory = Buffer.alloc(2 + entries.length * 12 + 4);
    directory.writeUInt16LE(entries.length, 0);
    for (const [index, [tag, values]] of entries.entries()) {
      const size = textTags.has(tag) ? 1 : shortTags.has(tag) ? 2 : 4;
      const content = Buffer.alloc(Math.max(4, size * values.length));
      for (const [place, value] of values.entries()) content.writeUIntLE(value, place * size, size);
      const entry = 2 + index * 12;
      directory.writeUInt16LE(tag, entry);
      directory.writeUInt16LE(size === 1 ? 2 : size === 2 ? 3 : 4, entry + 2);
      directory.writeUInt32LE(values.length, entry + 4);
      if (content.length === 4) content.copy(directory, entry + 8);
      else directory.writeUInt32LE(put(content), entry + 8);
    }
    return { at: put(directory), directory };
  };
  let next: { readonly bytes: Uint8Array; readonly place: number } = { bytes: chunks[1]!, place: 0 };
  for (const picture of pictures) {
    const { at, directory } = putPicture(picture);
    new DataView(next.bytes.buffer, next.bytes.byteOffset).setUint32(next.place, at, true);
    next = { bytes: directory, place: directory.length - 4 };
  }
  return Buffer.concat(chunks);
}
