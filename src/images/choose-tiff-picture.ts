/** Finds the photograph in a TIFF file, and the bands that are its colors; refuses doubtful cases with the reason. */
import { UserError } from '../support/errors.js';
import type { TiffPicture, TiffStructure } from './tiff-pictures.js';

/** Bands beside red, green and blue; decoders expand gray to these three. */
export interface ExtraBands {
  /** Index of the opacity band among them. */
  readonly opacity?: number;
}

export interface ChosenPicture {
  readonly picture: TiffPicture;
  /** Present when some bands are neither color nor opacity; otherwise all are visible. */
  readonly extra?: ExtraBands;
}

const convert = 'convert it to 8-bit or 16-bit RGB';

/** Most bands of a picture that is read, colors included. */
export const mostBands = 32;

/** Compressions whose decoders fail on damaged data instead of only warning: none, LZW, deflate, WebP. */
const strictCompressions = new Set([1, 5, 8, 32946, 50001]);

/** Decoders take the YCbCr of other compressions for RGB. */
const jpegCompressions = new Set([6, 7]);

/** Photometric interpretations (TIFF 6.0 and its extensions): the number of colors, or the name of an unsupported kind. */
const interpretations: Readonly<Record<number, number | string>> = {
  0: 1,
  1: 1,
  2: 3,
  3: 1,
  4: 'a mask of transparency',
  5: 4,
  6: 3,
  8: 'CIELAB',
  9: 'CIELAB (ICC)',
  10: 'CIELAB (ITU)',
  32844: 'LogL, whose light has no white',
  32845: 'LogLuv, whose light has no white',
};

/** Compressions that libtiff always has: none, CCITT, LZW, deflate, PackBits, ThunderScan, NeXT, PixarLog, SGI; and JPEG and WebP. */
const readCompressions = new Set([1, 2, 3, 4, 5, 6, 7, 8, 32766, 32771, 32773, 32809, 32908, 32909, 32946, 34676, 34677, 50001]);

/** Unsupported compressions in wide use. */
const compressions: Readonly<Record<number, string>> = {
  33003: 'JPEG 2000',
  33004: 'JPEG 2000',
  33005: 'JPEG 2000',
  34661: 'JBIG',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  34926: 'Zstandard',
  34927: 'WebP of an early kind',
  34933: 'PNG',
  34934: 'JPEG XR',
  48124: 'Jetraw',
  50000: 'Zstandard',
  50002: 'JPEG XL',
};

/**
 * The photograph among the pictures of a TIFF file: the first that is not a reduced version of another.
 * @throws UserError with only the reason when it cannot be shown faithfully.
 */
export function chooseTiffPicture({ pictures, channels = 1 }: TiffStructure): ChosenPicture {
  const picture = photographOf(pictures);
  const { photometric, samples, bits, sampleFormats, extraSamples, compression, inkSet } = picture;
  const interpretation = photometric === undefined ? (samples >= 3 ? 3 : 1) : interpretations[photometric];
  if (interpretation === undefined) throw new UserError(`its colors are of an unsupported kind (photometric ${photometric}): ${convert}`);
  if (typeof interpretation === 'string') throw new UserError(`its colors are ${interpretation}, which is not supported: ${convert}`);
  if (photometric === 6 && !jpegCompressions.has(compression))
    throw new UserError(`its colors are YCbCr without JPEG compression, which is not supported: ${convert}`);
  const format = sampleFormats.find((value) => value !== 1 && value !== 4);
  const depth = bits[0]!;
  if (format !== undefined) throw new UserError(`its samples are ${formatName(format, depth)}, whose white level is unknown: ${convert}`);
  if (![1, 2, 4, 8, 16].includes(depth) || bits.some((value) => value !== depth)) {
    throw new UserError(`its samples have ${[...new Set(bits)].join(' and ')} bits, but only 1, 2, 4, 8 or 16 are supported: ${convert}`);
  }
  if (interpretation === 4 && (samples < 4 || (inkSet ?? 1) !== 1))
    throw new UserError(`it has ${samples} inks, which are not those of CMYK: ${convert}`);
  if (samples > mostBands) throw new UserError(`it has ${samples} bands, more than the supported ${mostBands}: ${convert}`);
  if (samples === 1 && channels > 1 && pictures.length > 1)
    throw new UserError(`each of its ${channels} channels is a page of its own, and one alone is not the picture: ${convert}`);
  const beyond = samples - interpretation;
  if (beyond <= 0) return { picture };
  const opacity = extraSamples.findIndex((kind) => kind === 1 || kind === 2);
  // A single opacity band is handled as in any other format.
  if (beyond === 1 && opacity === 0) return { picture };
  if (interpretation === 4) throw new UserError(`it has ${samples} bands, of which only four are those of CMYK: ${convert}`);
  if (interpretation === 1 && beyond > 1) {
    throw new UserError(`it has ${samples} bands and does not say which are red, green and blue: ${convert}`);
  }
  return { picture, extra: opacity < 0 ? {} : { opacity } };
}

/** A likely reason of a failed decoding: an unsupported compression; undefined for a supported one. */
export function unreadCompression({ compression }: TiffPicture): string | undefined {
  if (readCompressions.has(compression)) return undefined;
  const name = compressions[compression] ?? `a method of the number ${compression}`;
  return `it is compressed with ${name}, which is not supported in TIFF: save it with LZW or deflate`;
}

/** True when the decoder's warnings concern only tags, since it treats damaged pixels as errors. */
export function warnsOfTagsOnly({ compression }: TiffPicture): boolean {
  return strictCompressions.has(compression);
}

function photographOf(pictures: readonly TiffPicture[]): TiffPicture {
  const first = pictures[0]!;
  const area = ({ width, height }: TiffPicture): number => width * height;
  const whole = pictures.filter(({ reduced }) => !reduced);
  if (!first.reduced) {
    // Some writers put a preview first without marking it.
    const larger = whole.find(({ place, ...other }) => 'subifd' in place && area({ place, ...other }) > area(first));
    return larger ?? first;
  }
  const [photograph] = whole;
  if (photograph !== undefined) return photograph;
  // All are marked as reduced, as by some scanners.
  const largest = pictures.reduce((best, picture) => (area(picture) > area(best) ? picture : best));
  if (largest === first && pictures.length === 1) throw new UserError('it holds only a preview of a photograph, not the photograph itself');
  return largest;
}

function formatName(format: number, bits: number): string {
  if (format === 2) return `signed numbers of ${bits} bits`;
  if (format === 3) return `floating-point numbers of ${bits} bits`;
  return format === 5 || format === 6 ? 'complex numbers' : `of an unknown kind (${format})`;
}
