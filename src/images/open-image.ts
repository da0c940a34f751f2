/** Opens the content of an image file of any format for decoding: chooses picture and bands, and refuses with the reason. */
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { UserError } from '../support/errors.js';
import { type BitmapHeader, bitmapHeaderLength, bitmapProfile, decodeBitmap, parseBitmapHeader } from './bmp.js';
import {
  type ChosenPicture,
  chooseTiffPicture,
  type ExtraBands,
  mostBands,
  unreadCompression,
  warnsOfTagsOnly,
} from './choose-tiff-picture.js';
import { openedDeep } from './deep-profile.js';
import { asStillPicture, checkHeif, decodeHeic } from './heif.js';
import type { ImageContent } from './image-content.js';
import { isCompleteJpeg } from './jpeg-completeness.js';
import { readJpegStructure, unreadJpeg } from './jpeg-structure.js';
import { asPng, depthInPng } from './png-chunks.js';
import { pngPixelsOnly } from './png-pixels-only.js';
import { formatNames, type ImageKind, recognizedLength, recognizeImage } from './recognize-image.js';
import { rgbProfile } from './rgb-profile.js';
import { readTiffStructure } from './tiff-pictures.js';

/** Larger images are refused: they would take more than 800 MB of memory. (The default of sharp, 0x3FFF squared.) */
export const maximumPixels = 268_402_689;

/** Warnings count as failures: libjpeg only warns when it fills damaged or missing data with gray. */
const readingOptions = { failOn: 'warning', limitInputPixels: maximumPixels, limitInputChannels: mostBands + 2 } as const;

/** Above this size, bytes, the decoder reads the file itself, in parts. */
const mostInMemory = 2 ** 28;

/** Limit of pixels times scans of a progressive JPEG: each scan passes over all pixels. A picture has 10 or so. */
const mostScannedPixels = 20 * maximumPixels;

/** A picture that can be decoded. */
export interface OpenedImage {
  /** A new decoding: upright, transparent parts over white, in sRGB, unless there are `extra` bands. @param lenient ignores warnings of the decoder */
  readonly decode: (lenient?: boolean) => Sharp | Promise<Sharp>;
  readonly extra?: ExtraBands;
  /** True when the decoder's warnings mean no lost pixel. */
  readonly isHarmless?: () => boolean;
  /** The reason of a failed decoding other than damage. */
  readonly unread?: () => string | undefined;
}

/**
 * The picture in an image file.
 * @throws UserError with the reason alone, when it is of a kind that is not read faithfully.
 */
export async function openContent(content: ImageContent): Promise<OpenedImage> {
  const kind = await kindOf(content);
  if (kind === 'bmp') return openBitmap(await content.all());
  if (kind === 'png') {
    const bytes = await pngPixelsOnly(content);
    // This decoder treats missing or damaged pixels as errors, and warns only of everything else.
    return { decode: (lenient) => pipeline(bytes, { lenient, isDeep: bytes[depthInPng] === 16 }), isHarmless: () => true };
  }
  if (kind === 'jpeg') return openJpeg(await content.all());
  const isLarge = content.path !== undefined && content.length > mostInMemory;
  const input = isLarge ? content.path! : kind === 'heif' ? asStillPicture(await content.all()) : await content.all();
  if (kind === 'tiff') {
    const { options, extra, picture } = await chooseInTiff(content);
    const isDeep = picture === undefined || picture.bits[0]! > 8;
    return {
      decode: (lenient) => pipeline(input, { lenient, isDeep, isFlat: extra === undefined }, options),
      ...(extra && { extra }),
      ...(picture && { unread: () => unreadCompression(picture), isHarmless: () => warnsOfTagsOnly(picture) }),
    };
  }
  if (kind === 'heif') {
    const { compression, depth } = await sharp(input, readingOptions).metadata();
    const { isHeic, ...colors } = await checkHeif(content, compression);
    if (isHeic) {
      const decoded = await decodeHeic(await content.all(), colors, maximumPixels);
      return { decode: (lenient) => pipeline(decoded, { lenient }) };
    }
    const { coding } = colors;
    const isDeep = depth === 'ushort';
    if (coding === undefined) return { decode: (lenient) => pipeline(input, { lenient, isDeep }) };
    const profile = rgbProfile(coding.primaries, coding.transfer);
    return {
      decode: async (lenient) => pipeline(await asPng(input, readingOptions, isDeep ? 'rgb16' : 'srgb', profile), { lenient, isDeep }),
    };
  }
  return { decode: (lenient) => pipeline(input, { lenient }) };
}

/**
 * The size of an upright picture from its header alone, in pixels.
 * @throws UserError with the reason alone, when it is of a kind that is not read faithfully.
 */
export async function readContentSize(content: ImageContent): Promise<{ width: number; height: number }> {
  const kind = await kindOf(content);
  if (kind === 'bmp') return bitmapHeader(await content.read(0, bitmapHeaderLength))!;
  const options = kind === 'tiff' ? (await chooseInTiff(content)).options : {};
  const measure = async (input: string | Uint8Array) => sharp(input, { ...readingOptions, ...options }).metadata();
  const header = kind === 'png' ? await pngPixelsOnly(content, true) : content.path;
  // The system may still read what the decoder could not open.
  const metadata = await measure(header ?? asStillPicture(await content.all())).catch(async (error) => {
    if (header === undefined || kind === 'png' || content.length > mostInMemory) throw error;
    return measure(asStillPicture(await content.all()));
  });
  if (kind === 'heif') await checkHeif(content, metadata.compression);
  return metadata.autoOrient;
}

async function kindOf(content: ImageContent): Promise<ImageKind> {
  const recognized = recognizeImage(await content.read(0, recognizedLength));
  switch (recognized.kind) {
    case 'unknown':
      throw new UserError(`the content is not ${formatNames}${recognized.but === undefined ? '' : `, but ${recognized.but}`}`);
    case 'other': {
      const advice = recognized.advice === undefined ? '' : `: ${recognized.advice}`;
      throw new UserError(`the content is ${recognized.is}, not ${formatNames}${advice}`);
    }
    case 'raw':
      throw rawError(recognized.is);
    case 'bmp':
      if (bitmapHeader(await content.read(0, bitmapHeaderLength)) === undefined) throw new UserError(`the content is not ${formatNames}`);
  }
  return recognized.kind;
}

function rawError(is: string): UserError {
  return new UserError(`it is ${is}, in which only a preview is readable: develop it into a JPEG, PNG or TIFF file`);
}

async function openBitmap(bytes: Uint8Array): Promise<OpenedImage> {
  const header = bitmapHeader(bytes)!;
  const { width, height, data } = decodeBitmap(bytes, header);
  const raw = { width, height, channels: 3 } as const;
  const profile = bitmapProfile(bytes, header);
  if (profile === undefined) return { decode: () => sharp(data, { raw }) };
  return { decode: async (lenient) => pipeline(await asPng(data, { raw }, 'srgb', profile), { lenient }) };
}

function bitmapHeader(bytes: Uint8Array): BitmapHeader | undefined {
  const header = parseBitmapHeader(bytes.subarray(0, bitmapHeaderLength));
  if (header !== undefined && header.width * header.height > maximumPixels) throw new Error('exceeds pixel limit');
  return header;
}

const endOfImage = Uint8Array.of(0xff, 0xd9);

function openJpeg(bytes: Uint8Array): OpenedImage {
  const structure = readJpegStructure(bytes);
  const { frame, scans } = structure;
  if (frame !== undefined && frame.width * frame.height * scans.length > mostScannedPixels) {
    throw new UserError(`it has ${scans.length} scans of ${frame.width}x${frame.height} pixels, which would take too long`);
  }
  return {
    // Without the end marker the decoder reports a picture as cut off, complete or not.
    decode: (lenient = false) => pipeline(lenient && !structure.hasEnd ? Buffer.concat([bytes, endOfImage]) : bytes, { lenient }),
    isHarmless: () => isCompleteJpeg(bytes, structure),
    unread: () => unreadJpeg(structure),
  };
}

async function chooseInTiff(content: ImageContent): Promise<{ options: SharpOptions } & Partial<ChosenPicture>> {
  const structure = await readTiffStructure(content);
  if (structure === undefined) return { options: {} };
  if (structure.raw !== undefined) throw rawError(structure.raw);
  const { picture, extra } = chooseTiffPicture(structure);
  const { place, width, height, samples } = picture;
  if (extra !== undefined && width * height * samples > 4 * maximumPixels) throw new Error('exceeds pixel limit');
  const options: SharpOptions = 'page' in place ? { page: place.page } : { tiff: { subifd: place.subifd } };
  return { options, picture, ...(extra && { extra }) };
}

interface Decoding {
  readonly lenient?: boolean | undefined;
  /** True where samples may have more than 8 bits. */
  readonly isDeep?: boolean;
  /** False where there are bands that are neither colors nor opacity. */
  readonly isFlat?: boolean;
}

async function pipeline(input: string | Uint8Array, how: Decoding, place: SharpOptions = {}): Promise<Sharp> {
  const { lenient = false, isDeep = false, isFlat = true } = how;
  const options = { ...readingOptions, ...(lenient && { failOn: 'error' as const }), ...place };
  const opened = isDeep ? await openedDeep(input, options) : sharp(input, options).autoOrient();
  return (isFlat ? opened.flatten({ background: '#ffffff' }) : opened).toColourspace('srgb');
}
