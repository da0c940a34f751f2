/** Which picture of a TIFF file is the photograph, and which of its bands are colours: what is not certain is refused with the reason. */
import { UserError } from '../support/errors.js';
import type { TiffPicture, TiffStructure } from './tiff-pictures.js';

/** Bands beside red, green and blue, into which decoders turn grey. */
export interface ExtraBands {
  /** The place among them of the band of opacity. */
  readonly opacity?: number;
}

export interface ChosenPicture {
  readonly picture: TiffPicture;
  /** Where some bands are neither colour nor opacity; otherwise all are seen. */
  readonly extra?: ExtraBands;
}

const convert = 'convert it to 8-bit or 16-bit RGB';

/** Of a picture that is read, colours included. */
export const mostBands = 32;

/** Compressions whose decoders do not only warn of what is damaged: none, LZW, deflate, WebP. */
const strictCompressions = new Set([1, 5, 8, 32946, 50001]);

/** Photometric interpretations (TIFF 6.0 and its extensions): the number of colours, or what is not read. */
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

/** Compressions that are widely written and not read here. */
const compressions: Readonly<Record<number, string>> = {
  33003: 'JPEG 2000',
  33004: 'JPEG 2000',
  33005: 'JPEG 2000',
  34661: 'JBIG',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50002: 'JPEG XL',
};

/**
 * The photograph among the pictures of a TIFF file: the first that is no reduced version of another.
 * @throws UserError with the reason alone when it cannot be shown faithfully.
 */
export function chooseTiffPicture({ pictures }: TiffStructure): ChosenPicture {
  const picture = photographOf(pictures);
  const { photometric, samples, bits, sampleFormats, extraSamples } = picture;
  const interpretation = photometric === undefined ? (samples >= 3 ? 3 : 1) : interpretations[photometric];
  if (interpretation === undefined)
    throw new UserError(`its colours are of a kind that is not read (photometric ${photometric}): ${convert}`);
  if (typeof interpretation === 'string') throw new UserError(`its colours are ${interpretation}, which is not read: ${convert}`);
  const format = sampleFormats.find((value) => value !== 1 && value !== 4);
  const depth = bits[0]!;
  if (format !== undefined) throw new UserError(`its samples are ${formatName(format, depth)}, and what is white is not known: ${convert}`);
  if (![1, 2, 4, 8, 16].includes(depth) || bits.some((value) => value !== depth)) {
    throw new UserError(`its samples have ${[...new Set(bits)].join(' and ')} bits, and 1, 2, 4, 8 or 16 are read: ${convert}`);
  }
  if (interpretation === 4 && samples < 4) throw new UserError(`it has ${samples} inks, which are not those of CMYK: ${convert}`);
  if (samples > mostBands) throw new UserError(`it has ${samples} bands, of which at most ${mostBands} are read: ${convert}`);
  const beyond = samples - interpretation;
  if (beyond <= 0) return { picture };
  const opacity = extraSamples.findIndex((kind) => kind === 1 || kind === 2);
  // Alone, it is seen as in any other format.
  if (beyond === 1 && opacity === 0) return { picture };
  if (interpretation === 4) throw new UserError(`it has ${samples} bands, of which only four are those of CMYK: ${convert}`);
  if (interpretation === 1 && beyond > 1) {
    throw new UserError(`it has ${samples} bands, and which of them are red, green and blue is not said: ${convert}`);
  }
  return { picture, extra: opacity < 0 ? {} : { opacity } };
}

/** Why decoding may have failed: a compression that is not read; undefined when it is another. */
export function unreadCompression({ compression }: TiffPicture): string | undefined {
  const name = compressions[compression];
  return name === undefined ? undefined : `it is compressed with ${name}, which is not read in TIFF: save it with LZW or deflate`;
}

/** True when the decoder's warnings are of tags, since it takes damaged pixels for errors. */
export function warnsOfTagsOnly({ compression }: TiffPicture): boolean {
  return strictCompressions.has(compression);
}

function photographOf(pictures: readonly TiffPicture[]): TiffPicture {
  const first = pictures[0]!;
  const area = ({ width, height }: TiffPicture): number => width * height;
  const whole = pictures.filter(({ reduced }) => !reduced);
  if (!first.reduced) {
    // Some writers do not mark the preview that they put first.
    const larger = whole.find(({ place, ...other }) => 'subifd' in place && area({ place, ...other }) > area(first));
    return larger ?? first;
  }
  const [photograph] = whole;
  if (photograph !== undefined) return photograph;
  // All are said to be reduced, as some scanners do.
  const largest = pictures.reduce((best, picture) => (area(picture) > area(best) ? picture : best));
  if (largest === first && pictures.length === 1)
    throw new UserError('it holds only a preview, a reduced version of a photograph that is not in it');
  return largest;
}

function formatName(format: number, bits: number): string {
  if (format === 2) return `signed numbers of ${bits} bits`;
  if (format === 3) return `floating-point numbers of ${bits} bits`;
  return format === 5 || format === 6 ? 'complex numbers' : `of an unknown kind (${format})`;
}
