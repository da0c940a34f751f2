/** The kernels of `simd/`, compiled to WebAssembly: one instance for each thread. */
import { loadKernels } from '../support/load-kernels.js';

/** Pointers are byte offsets into the memory; each kernel is described in its own file under `simd/`. */
export interface Kernels {
  widenBytes(source: number, target: number, length: number, rows: number, pitch: number): void;
  narrowRows(source: number, target: number, length: number, rows: number, pitch: number): void;
  lookUpBytes(source: number, target: number, count: number, table: number): void;
  mixWithCurve(source: number, target: number, count: number, curve: number): void;
  smoothColumns(
    source: number,
    target: number,
    line: number,
    width: number,
    height: number,
    channels: number,
    pitch: number,
    targetPitch: number,
    coefficients: number,
  ): void;
  labOfBytes(
    source: number,
    lightness: number,
    color: number,
    width: number,
    height: number,
    lightnessPitch: number,
    colorPitch: number,
    linearOfByte: number,
  ): void;
  bytesOfLab(
    lightness: number,
    color: number,
    target: number,
    width: number,
    height: number,
    lightnessPitch: number,
    colorPitch: number,
    byteOfLinear: number,
  ): void;
  ycbcrOfBytes(source: number, luma: number, blue: number, red: number, width: number, height: number, pitch: number): void;
  halvePlane(source: number, target: number, height: number, pitch: number): void;
  repeatLastRow(plane: number, pitch: number, height: number, paddedHeight: number): void;
  codeBlocks(plane: number, pitch: number, blocksWide: number, blocksHigh: number, steps: number, block: number): void;
  bytesOfYcbcr(luma: number, blue: number, red: number, target: number, width: number, height: number, pitch: number, lines: number): void;
  scaleValues(values: number, count: number, factor: number): void;
  sharpen(values: number, smooth: number, count: number, amount: number): void;
  lookUpCurve(values: number, count: number, table: number, entries: number, scale: number): void;
  fillUniform(state: number, target: number, count: number): void;
  fillNormal(words: number, target: number, count: number, quantiles: number): void;
  addNoise(source: number, target: number, noise: number, count: number, scale: number): void;
  multiplyNoise(source: number, target: number, noise: number, count: number, scale: number): void;
  addYcbcrNoise(source: number, target: number, noise: number, pixels: number, scale: number): void;
  setImpulses(source: number, target: number, words: number, count: number, black: number, white: number): void;
  displace(source: number, target: number, field: number, width: number, height: number, deviation: number): void;
  saturate(source: number, target: number, pixels: number, factor: number): void;
  gradientLength(source: number, luma: number, target: number, width: number, height: number, pitch: number): void;
  percentileRange(values: number, width: number, height: number, pitch: number, counts: number, range: number): void;
  shiftGreen(
    source: number,
    target: number,
    mask: number,
    lines: number,
    width: number,
    height: number,
    pitch: number,
    shiftX: number,
    shiftY: number,
    low: number,
    high: number,
  ): void;
  spreadPixels(source: number, target: number, width: number, height: number, radius: number): void;
  correlateSparse(
    padded: number,
    target: number,
    width: number,
    height: number,
    radius: number,
    direct: number,
    directEnd: number,
    steps: number,
    stepsEnd: number,
    starts: number,
    startsEnd: number,
    scale: number,
  ): void;
}

const loaded = loadKernels<Kernels>(new URL('kernels.wasm', import.meta.url));
export const { kernels } = loaded;
/** The memory that they work in; see `workspace.ts` for its layout. */
export const kernelMemory = loaded.memory;
