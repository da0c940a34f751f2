/** WebAssembly that `npm run build` makes of a folder `simd/`. */
import { readFileSync } from 'node:fs';

/** The part of the platform's interface that is used here; Node.js's types leave it to the browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** In which kernels work. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB: `buffer` is another one afterwards. */
  grow(pages: number): number;
}

/** A new instance, with a memory of its own: one for each thread. */
export function loadKernels<Kernels>(file: URL): { readonly kernels: Kernels; readonly memory: KernelMemory } {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)));
  return { kernels: exports as Kernels, memory: exports.memory as KernelMemory };
}
