/** Changes of image files: one to three of them make a hostile file, drawn from a seed. */
import { crc32, deflateSync } from 'node:zlib';
import { type RandomStream, randomStream } from '#antonym/support/random.js';
import { type FilePart, type HostileFormat, type NumberField, partsOfFile } from './file-parts.js';
import type { OtherKind } from './other-files.js';

/** Parts are repeated up to this size of a file, bytes. */
const largest = 8 * 2 ** 20;
/** Bytes to which a bomb beside the pixels expands. */
const bombBytes = 64 * 2 ** 20;

type Format = HostileFormat | OtherKind;
type Change = (file: Buffer, part: FilePart, random: RandomStream, format: Format) => Buffer;

const changes: Readonly<Record<string, Change>> = {
  'flipped bits': (file, { start, end }, random) => {
    const changed = Buffer.from(file);
    for (let count = 1 + random.integer(16); count > 0; count--)
      changed[start + random.integer(Math.max(1, end - start))]! ^= 1 << random.integer(8);
    return changed;
  },
  'a number': (file, { fields }, random) => {
    const changed = Buffer.from(file);
    if (fields.length > 0) writeNumber(changed, random.choice(fields), random);
    return changed;
  },
  'a part twice': (file, { start, end }) => Buffer.concat([file.subarray(0, end), file.subarray(start)]),
  'a part gone': (file, { start, end }) => Buffer.concat([file.subarray(0, start), file.subarray(end)]),
  'a part many times': (file, { start, end }, random) => {
    const part = file.subarray(start, end);
    const times = Math.min(2 ** random.integer(14), Math.floor(largest / Math.max(1, part.length)));
    return Buffer.concat([file.subarray(0, end), ...Array.from({ length: times }, () => part), file.subarray(end)]);
  },
  'cut off': (file, { start, end }, random) => file.subarray(0, start + random.integer(Math.max(1, end - start))),
  overwritten: (file, { start, end }, random) => {
    const changed = Buffer.from(file);
    const from = start + random.integer(Math.max(1, end - start));
    changed.fill(random.choice([0, 0xff, 0x41]), from, Math.min(file.length, from + 1 + random.integer(256)));
    return changed;
  },
  'a bomb beside the pixels': (file, { end }, random, format) =>
    Buffer.concat([file.subarray(0, end), bombOf(format, random), file.subarray(end)]),
  'appended bytes': (file, _part, random) => Buffer.concat([file, Buffer.alloc(random.integer(65536), random.integer(256))]),
};

export const changeNames = Object.keys(changes);

/**
 * A hostile file: the same for a seed and an index.
 * @returns the file and the names of its changes
 */
export function hostileFile(format: Format, file: Buffer, seed: number, index: number): { file: Buffer; changes: string[] } {
  const random = randomStream(seed, 'hostile', format, index);
  const names = Array.from({ length: 1 + random.integer(3) }, () => random.choice(changeNames));
  let changed = file;
  for (const name of names) {
    const parts = partsOfFile(format, changed);
    const part = parts.length > 0 ? random.choice(parts) : { start: 0, end: changed.length, fields: [] };
    changed = changes[name]!(changed, part, random, format);
    if (format === 'png' && random.uniform() < 0.7) changed = withChecksums(changed);
  }
  return { file: changed, changes: names };
}

function writeNumber(file: Buffer, { at, bytes, littleEndian }: NumberField, random: RandomStream): void {
  if (at + bytes > file.length) return;
  const old = littleEndian ? file.readUIntLE(at, bytes) : file.readUIntBE(at, bytes);
  const most = 2 ** (8 * bytes) - 1;
  const value = random.choice([
    0,
    1,
    2,
    most,
    most - 1,
    (most + 1) / 2,
    Math.min(most, old + 1),
    Math.max(0, old - 1),
    random.integer(most),
  ]);
  if (littleEndian) file.writeUIntLE(value, at, bytes);
  else file.writeUIntBE(value, at, bytes);
}

/** A segment DQT of ones (ITU T.81, B.2.4.1). */
const quantisationTable = Buffer.concat([Buffer.of(0xff, 0xdb, 0, 67, 0), Buffer.alloc(64, 1)]);

let zeros: Buffer | undefined;

/** Parts that expand, or are many, beside the pixels. */
function bombOf(format: Format, random: RandomStream): Buffer {
  zeros ??= deflateSync(Buffer.alloc(bombBytes), { level: 9 });
  switch (format) {
    case 'png': {
      const type = random.choice(['zTXt', 'iCCP', 'iTXt']);
      const head = type === 'iTXt' ? 'key\0\x01\0\0\0' : 'key\0\0';
      const chunk = pngChunk(type, Buffer.concat([Buffer.from(head, 'latin1'), zeros]));
      return Buffer.concat(Array.from({ length: 1 + random.integer(40) }, () => chunk));
    }
    case 'jpg': {
      // tables of quantisation, which later ones replace
      if (random.uniform() < 0.3) return Buffer.concat(Array.from({ length: 5000 }, () => quantisationTable));
      const segment = Buffer.concat([Buffer.of(0xff, 0xe1, 0xff, 0xff), Buffer.from('Exif\0\0MM\0*', 'latin1'), Buffer.alloc(65523)]);
      return Buffer.concat(Array.from({ length: 1 + random.integer(100) }, () => segment));
    }
    case 'webp': {
      const data = Buffer.alloc(2 ** (10 + random.integer(12)));
      const head = Buffer.alloc(8);
      head.write(random.choice(['EXIF', 'XMP ', 'ICCP']), 'latin1');
      head.writeUInt32LE(data.length, 4);
      return Buffer.concat([head, data]);
    }
    case 'avif':
    case 'heic': {
      const box = Buffer.alloc(8 + 2 ** random.integer(20));
      box.writeUInt32BE(box.length);
      box.write(random.choice(['free', 'uuid', 'meta', 'mdat']), 4, 'latin1');
      return box;
    }
    case 'csv':
    case 'json':
      return Buffer.from(random.choice([',', '"', '[', '{"a":', '\n', '9', '\t;', '\u00e9']).repeat(2 ** (10 + random.integer(11))));
    default:
      return Buffer.alloc(random.integer(2 ** 20));
  }
}

/** With its length and checksum (PNG specification, 5.3). */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** The file with the checksum of every whole chunk made right: what is changed reaches the decoder. */
function withChecksums(file: Buffer): Buffer {
  const changed = Buffer.from(file);
  for (const { start, end } of partsOfFile('png', changed)) {
    if (end - start >= 12 && end <= changed.length) changed.writeUInt32BE(crc32(changed.subarray(start + 4, end - 4)), end - 4);
  }
  return changed;
}
