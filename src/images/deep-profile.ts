/** Pictures of 16 bits with a color profile: sharp leaves their colors in Display P3, and gray ones as they are. */
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { asPng, withProfile } from './png-chunks.js';
import { grayAsRgb } from './rgb-profile.js';

/** Larger pictures are not copied. */
const mostCopied = 2 ** 26;

/**
 * An upright picture of any depth, in sRGB.
 * @param options of sharp
 * @throws Error of the decoder
 */
export async function openedDeep(input: string | Uint8Array, options: SharpOptions): Promise<Sharp> {
  const { space, icc, width, height } = await sharp(input, options).metadata();
  const opened = sharp(input, options).autoOrient();
  const isGray = space === 'grey16';
  const profile = space === 'rgb16' ? icc : isGray && icc !== undefined ? grayAsRgb(icc) : undefined;
  if (profile === undefined) return opened;
  const darkest = await shown(profile);
  if (darkest === undefined) return opened;
  // 16 bits go through a table, which is coarse at the most vivid colors, but 8 bits are too few where light is stored as it is
  const isLinear = darkest > 3;
  if (isLinear ? isGray : width * height <= mostCopied) {
    const copy = await asPng(input, { ...options, ignoreIcc: true }, isLinear ? 'rgb16' : 'srgb', profile);
    const copied = sharp(copy, options);
    return isLinear ? outOfP3(copied) : copied;
  }
  return isGray ? opened : outOfP3(opened);
}

function outOfP3(opened: Sharp): Sharp {
  return opened.withIccProfile('srgb', { attach: false });
}

/** What becomes of the darkest gray of 8 bits; undefined for a damaged profile, and for one of other colors: it is ignored. */
async function shown(profile: Buffer): Promise<number | undefined> {
  const dark = sharp({ create: { width: 1, height: 1, channels: 3, background: '#010101' } });
  const png = await dark.png().toBuffer();
  let isApplied = true;
  const probe = sharp(withProfile(png, profile)).on('warning', () => {
    isApplied = false;
  });
  const [value = 0] = await probe.raw().toBuffer();
  return isApplied ? value : undefined;
}
