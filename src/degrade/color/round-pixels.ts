/** Changes that treat every byte alike: a table of 256 results. */
import type { Image } from '../../images/image.js';
import { kernels } from '../simd-kernels.js';
import { inWorkspace } from '../workspace.js';

/** The image with every byte replaced by its entry in a table of 256. */
export function lookUpBytes(image: Image, table: Uint8Array): Image {
  return inWorkspace((workspace) => {
    const source = workspace.load(image.data);
    kernels.lookUpBytes(source, source, image.data.length, workspace.load(table));
    return { ...image, data: workspace.bytes(source, image.data.length) };
  });
}

/** A table for `lookUpBytes` from a function over values 0..1, rounded (halves to even) and clipped. */
export function byteTable(curve: (value: number) => number): Uint8Array {
  return new Uint8Array(Uint8ClampedArray.from({ length: 256 }, (_, value) => 255 * curve(value / 255)).buffer);
}
