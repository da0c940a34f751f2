/** Colors and brightness by the code points of ITU-T H.273, as PNG (cICP) and HEIF (nclx) state them. */
import { UserError } from '../support/errors.js';
import { type Chromaticity, isSrgb, type Primaries, srgbPrimaries, type Transfer } from './rgb-profile.js';

export interface ColorCoding {
  readonly primaries: Primaries;
  readonly transfer: Transfer;
}

const d65 = srgbPrimaries.white;
const illuminantC: Chromaticity = [0.31, 0.316];

/** ITU-T H.273, table 2; 2 is unspecified. */
const primariesOf: Readonly<Record<number, Primaries>> = {
  1: srgbPrimaries,
  2: srgbPrimaries,
  4: { white: illuminantC, red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08] },
  5: { white: d65, red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06] },
  6: { white: d65, red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07] },
  7: { white: d65, red: [0.63, 0.34], green: [0.31, 0.595], blue: [0.155, 0.07] },
  8: { white: illuminantC, red: [0.681, 0.319], green: [0.243, 0.692], blue: [0.145, 0.049] },
  9: { white: d65, red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046] },
  11: { white: [0.314, 0.351], red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] },
  12: { white: d65, red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] },
  22: { white: d65, red: [0.63, 0.34], green: [0.295, 0.605], blue: [0.155, 0.077] },
};

/** ITU-T H.273, table 3; 2 is unspecified. */
const transferOf: Readonly<Record<number, Transfer>> = { 2: 'srgb', 4: 2.2, 5: 2.8, 8: 1, 13: 'srgb' };
/** BT.709, BT.601 and BT.2020. */
const ofVideo = new Set([1, 6, 14, 15]);

/**
 * What the code points mean.
 * @param video how numbers of video become light: in PNG as on screens of video (BT.1886), in HEIF as in sRGB, both as in Chromium.
 * @returns undefined for the colors of sRGB, and for unspecified ones
 * @throws UserError with the reason alone for HDR, and for others that would be seen wrongly.
 */
export function colorCoding(primaries: number, transfer: number, video: Transfer): ColorCoding | undefined {
  if (transfer === 16 || transfer === 18)
    throw new UserError(`it is in HDR (${transfer === 16 ? 'PQ' : 'HLG'}), which is not supported: convert it to sRGB`);
  const coding = { primaries: primariesOf[primaries], transfer: ofVideo.has(transfer) ? video : transferOf[transfer] };
  if (coding.primaries === undefined || coding.transfer === undefined) {
    throw new UserError(`its colors are coded as ${primaries}/${transfer} of ITU-T H.273, which is not supported: convert it to sRGB`);
  }
  if (coding.transfer === 'srgb' && isSrgb(coding.primaries)) return undefined;
  return { primaries: coding.primaries, transfer: coding.transfer };
}
