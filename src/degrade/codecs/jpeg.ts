/**
 * The effect of an ordinary JPEG file on pixels, without the file: lossless entropy coding is left out, so a crop takes a tenth of the
 * time of two calls of sharp. Bit for bit equal to encoding and decoding by libjpeg-turbo through sharp (ITU-T T.81; JFIF).
 */
import type { Image } from '../../images/image.js';
import { kernels } from '../simd-kernels.js';
import { inWorkspace, type Workspace } from '../workspace.js';

/** Quantization tables of T.81, annex K.1, row by row. */
// biome-ignore format: tables
const lumaSteps = [
  16, 11, 10, 16, 24, 40, 51, 61,
  12, 12, 14, 19, 26, 58, 60, 55,
  14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77,
  24, 35, 55, 64, 81, 104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];
// biome-ignore format: tables
const chromaSteps = [
  17, 18, 24, 47, 99, 99, 99, 99,
  18, 21, 26, 66, 99, 99, 99, 99,
  24, 26, 56, 99, 99, 99, 99, 99,
  47, 66, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
];

/**
 * The pixels after a baseline JPEG file: 8 bits, 4:2:0 chroma, the standard's tables, no trellis.
 * @param quality of libjpeg, 1..100, a whole number
 */
export function throughJpeg({ width, height, data }: Image, quality: number): Image {
  return inWorkspace((workspace) => {
    const [pitch, chromaPitch] = [16 * Math.ceil(width / 16), 8 * Math.ceil(width / 16)];
    const [blocksHigh, chromaBlocksHigh] = [Math.ceil(height / 8), Math.ceil(height / 16)];
    const source = workspace.load(data);
    const luma = workspace.reserve(8 * blocksHigh * pitch);
    const [wideBlue, wideRed] = [workspace.reserve(height * pitch), workspace.reserve(height * pitch)];
    kernels.ycbcrOfBytes(source, luma, wideBlue, wideRed, width, height, pitch);
    kernels.repeatLastRow(luma, pitch, height, 8 * blocksHigh);
    const block = workspace.reserve(128);
    kernels.codeBlocks(luma, pitch, Math.ceil(width / 8), blocksHigh, loadSteps(workspace, lumaSteps, quality), block);
    const steps = loadSteps(workspace, chromaSteps, quality);
    const [blue, red] = [wideBlue, wideRed].map((wide) => {
      const plane = workspace.reserve(8 * chromaBlocksHigh * chromaPitch);
      kernels.halvePlane(wide, plane, height, pitch);
      kernels.repeatLastRow(plane, chromaPitch, Math.ceil(height / 2), 8 * chromaBlocksHigh);
      kernels.codeBlocks(plane, chromaPitch, chromaPitch / 8, chromaBlocksHigh, steps, block);
      return plane;
    }) as [number, number];
    kernels.bytesOfYcbcr(luma, blue, red, source, width, height, pitch, workspace.reserve(4 * pitch + 64));
    return { width, height, data: workspace.bytes(source, data.length) };
  });
}

/** The steps of a table at a quality, as libjpeg scales them for baseline files. */
function loadSteps(workspace: Workspace, table: readonly number[], quality: number): number {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  return workspace.load(Float32Array.from(table, (step) => Math.min(Math.max(Math.floor((step * percent + 50) / 100), 1), 255)));
}
