/** Loads the WebAssembly that the build compiles from a folder `simd/`. */
import { readFileSync } from 'node:fs';

/** The part of the platform's interface used here; Node.js's types leave it to the browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** The memory that kernels work in. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB, which replaces `buffer`. */
  grow(pages: number): number;
}

/** A new instance, with a memory of its own: one for each thread. */
export function loadKernels<Kernels>(file: URL): { readonly kernels: Kernels; readonly memory: KernelMemory } {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)));
  return { kernels: exports as Kernels, memory: exports.memory as KernelMemory };
}
