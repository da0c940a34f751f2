/** sRGB (IEC 61966-2-1) to linear light and back. */

/** Linear light of each byte, 0..1. */
export const linearOfByte = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** The byte of linear light at 32768 points of 0..1: the error stays below a tenth of a byte where the curve is steepest. */
export const byteOfLinear = Uint8Array.from({ length: 32768 }, (_, index) => {
  const value = index / 32767;
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
});
