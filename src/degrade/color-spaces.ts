/** The colour spaces in which distortions act, each defined once. */
import type { Image } from '../datasets/image.js';

/**
 * Pixels in CIELAB (D65, 2 degrees), lightness apart from colour, so that a filter can act on one of them.
 * HSV and YCbCr need no conversion: the distortions that act there have exact forms in RGB (see `color-saturation-hsv`, `white-noise-ycbcr`).
 */
export interface LabPixels {
  /** [height, width], L* in 0..100. */
  readonly lightness: Float32Array;
  /** [height, width, 2], a* and b*, about -110..110. */
  readonly ab: Float32Array;
}

/** sRGB to linear light, IEC 61966-2-1. */
const linearOfByte = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** Linear light to sRGB bytes; 32768 entries keep the error below a tenth of a byte where the curve is steepest. */
const byteOfLinear = Uint8Array.from({ length: 32768 }, (_, index) => {
  const value = index / 32767;
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
});

/** f(t) of CIELAB at 4097 points of 0..1, interpolated linearly: within 4e-6, 5e-4 of L*. */
const cubeRoots = Float64Array.from({ length: 4098 }, (_, index) => {
  const t = index / 4096;
  return t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
});

function labCurve(t: number): number {
  const position = t * 4096;
  const index = position | 0;
  const low = cubeRoots[index]!;
  return low + (cubeRoots[index + 1]! - low) * (position - index);
}

function inverseLabCurve(value: number): number {
  return value > 6 / 29 ? value * value * value : 3 * (6 / 29) * (6 / 29) * (value - 4 / 29);
}

function encode(linear: number): number {
  return byteOfLinear[linear <= 0 ? 0 : linear >= 1 ? 32767 : (linear * 32767 + 0.5) | 0]!;
}

// Linear sRGB to XYZ relative to the white of D65 (Lindbloom's matrix, each row over its sum, so that grey has a* = b* = 0).
const [whiteX, whiteZ] = [0.4124564 + 0.3575761 + 0.1804375, 0.0193339 + 0.119192 + 0.9503041];

/** CIELAB of an sRGB image. */
export function labOfImage(image: Image): LabPixels {
  const { data } = image;
  const count = image.width * image.height;
  const lightness = new Float32Array(count);
  const ab = new Float32Array(2 * count);
  for (let pixel = 0, at = 0; pixel < count; pixel++, at += 3) {
    const red = linearOfByte[data[at]!]!;
    const green = linearOfByte[data[at + 1]!]!;
    const blue = linearOfByte[data[at + 2]!]!;
    const fx = labCurve(red * (0.4124564 / whiteX) + green * (0.3575761 / whiteX) + blue * (0.1804375 / whiteX));
    const fy = labCurve(red * 0.2126729 + green * 0.7151522 + blue * 0.0721749);
    const fz = labCurve(red * (0.0193339 / whiteZ) + green * (0.119192 / whiteZ) + blue * (0.9503041 / whiteZ));
    lightness[pixel] = 116 * fy - 16;
    ab[2 * pixel] = 500 * (fx - fy);
    ab[2 * pixel + 1] = 200 * (fy - fz);
  }
  return { lightness, ab };
}

/** The sRGB bytes of CIELAB pixels, [height, width, 3]; colours outside sRGB are clipped per channel. */
export function bytesOfLab({ lightness, ab }: LabPixels): Uint8Array {
  const data = new Uint8Array(lightness.length * 3);
  for (let pixel = 0, at = 0; pixel < lightness.length; pixel++, at += 3) {
    const fy = (lightness[pixel]! + 16) / 116;
    const x = whiteX * inverseLabCurve(fy + ab[2 * pixel]! / 500);
    const y = inverseLabCurve(fy);
    const z = whiteZ * inverseLabCurve(fy - ab[2 * pixel + 1]! / 200);
    data[at] = encode(3.2404542 * x - 1.5371385 * y - 0.4985314 * z);
    data[at + 1] = encode(-0.969266 * x + 1.8760108 * y + 0.041556 * z);
    data[at + 2] = encode(0.0556434 * x - 0.2040259 * y + 1.0572252 * z);
  }
  return data;
}

/** Luma of ITU-R BT.601, [height, width], 0..255. */
export function lumaOfImage(image: Image): Float32Array {
  const { data } = image;
  const luma = new Float32Array(image.width * image.height);
  for (let pixel = 0, at = 0; pixel < luma.length; pixel++, at += 3) {
    luma[pixel] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
  return luma;
}
