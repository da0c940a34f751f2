/** What a PNG file says about its colors, as a profile: decoders apply profiles, and ignore gamma, primaries and code points. */
import { UserError } from '../support/errors.js';
import { colorCoding } from './color-coding.js';
import { dataOfChunk, profileChunk, typeOfChunk } from './png-chunks.js';
import { grayProfile, isSrgb, type Primaries, rgbProfile, srgbPrimaries, type Transfer } from './rgb-profile.js';

/** Exponent of screens. */
const screen = 2.2;
/** Smaller differences from it are not seen, and not corrected by libpng and browsers either. */
const leastDifference = 0.05;

/** ITU-R BT.1886. */
const screenOfVideo = 2.4;
/** Others mean nothing. */
const [leastGamma, mostGamma] = [0.01, 100];

const ofColors = new Set(['cICP', 'iCCP', 'sRGB', 'gAMA', 'cHRM']);

/**
 * The chunks of a file with at most a profile in the place of all that say what its numbers mean. The first of cICP, iCCP, sRGB, and gAMA
 * with cHRM counts (PNG, third edition, 4.3). Primaries without a gamma are ignored, as browsers do: only a guess could apply them.
 * @param chunks in the order of the file; the signature comes first, then the header.
 * @throws UserError with the reason alone, when the colors would be seen wrongly.
 */
export function withStatedColors(chunks: readonly Uint8Array[]): Uint8Array[] {
  const types = chunks.map((chunk, index) => (index === 0 ? '' : typeOfChunk(chunk)));
  const pixels = types.indexOf('IDAT');
  // later ones mean nothing
  const find = (type: string): Uint8Array | undefined => chunks.slice(0, pixels < 0 ? undefined : pixels)[types.indexOf(type)];
  const header = find('IHDR');
  if (header === undefined) return [...chunks];
  const rest = chunks.filter((_, index) => !ofColors.has(types[index]!));
  const decisive = decisiveProfile(find, ((header[17] ?? 0) & 2) === 0);
  return decisive === undefined ? rest : [...rest.slice(0, 2), decisive, ...rest.slice(2)];
}

type Find = (type: string) => Uint8Array | undefined;

/** @returns a chunk iCCP; undefined for the colors of sRGB */
function decisiveProfile(find: Find, isGray: boolean): Uint8Array | undefined {
  const coding = find('cICP');
  const isCoded = coding !== undefined && isSpecified(dataOfChunk(coding));
  if (!isCoded && (find('iCCP') ?? find('sRGB')) !== undefined) return find('iCCP');
  const stated = isCoded ? ofCoding(dataOfChunk(coding), isGray) : ofGamma(find, isGray);
  return stated && profileChunk(stated);
}

function isSpecified(data: Buffer): boolean {
  return data.length >= 4 && !(data[0] === 2 && data[1] === 2);
}

/** Primaries, transfer, matrix, range (PNG, third edition, 11.3.2.6). */
function ofCoding([primaries = 0, transfer = 0, , isFull]: Buffer, isGray: boolean): Buffer | undefined {
  const coding = colorCoding(primaries, transfer, screenOfVideo);
  if (isFull === 0) throw new UserError('its numbers have the narrow range of video, which is not supported: convert it to sRGB');
  return coding && profileOf(coding.primaries, coding.transfer, isGray);
}

/** Chunks gAMA and cHRM (PNG, third edition, 11.3.2.1 and 11.3.2.2), in hundred thousandths. */
function ofGamma(find: Find, isGray: boolean): Buffer | undefined {
  const [gamma = 0] = numbersOf(find('gAMA'));
  if (gamma < leastGamma || gamma > mostGamma) return undefined;
  const [wx, wy, rx, ry, gx, gy, bx, by] = numbersOf(find('cHRM'));
  const primaries = by === undefined ? srgbPrimaries : ({ white: [wx, wy], red: [rx, ry], green: [gx, gy], blue: [bx, by] } as Primaries);
  // with the primaries of sRGB, 1 / 2.2 stands for sRGB itself (PNG, third edition, 11.3.2.5)
  const isPlain = Math.abs(gamma * screen - 1) <= leastDifference && (isGray || isSrgb(primaries));
  return isPlain ? undefined : profileOf(primaries, 1 / gamma, isGray);
}

function numbersOf(chunk: Uint8Array | undefined): number[] {
  if (chunk === undefined) return [];
  const data = dataOfChunk(chunk);
  return Array.from({ length: Math.floor(data.length / 4) }, (_, index) => data.readUInt32BE(4 * index) / 100_000);
}

function profileOf(primaries: Primaries, transfer: Transfer, isGray: boolean): Buffer | undefined {
  if (!isGray) return rgbProfile(primaries, transfer);
  return transfer === 'srgb' ? undefined : grayProfile(transfer);
}
