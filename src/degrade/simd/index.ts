// AssemblyScript: every kernel of kernels.wasm. Pointers are byte offsets into the memory laid out by `workspace.ts`.
export { lookUpBytes, mixWithCurve, narrowRows, widenBytes } from './bytes';
export { shiftGreen } from './color-shift';
export { displace } from './displace';
export { gradientLength, percentileRange } from './edges';
export { smoothColumns } from './gaussian';
export { codeBlocks } from './jpeg-blocks';
export { bytesOfYcbcr, halvePlane, repeatLastRow, ycbcrOfBytes } from './jpeg-planes';
export { bytesOfLab, labOfBytes, lookUpCurve, scaleValues, sharpen } from './lab';
export { addNoise, addYcbcrNoise, fillNormal, fillUniform, multiplyNoise, setImpulses } from './noise';
export { saturate } from './saturate';
export { correlateSparse, spreadPixels } from './sparse-filter';
