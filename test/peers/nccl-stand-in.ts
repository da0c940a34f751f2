/** Compiles the stand-in of NCCL, where there is a C compiler. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const compiler = ['/usr/bin/cc', '/usr/bin/gcc'].find(existsSync);

/** For titles of tests that need it. */
export const unlessCompiler = compiler ? '' : ' (skipped: there is no C compiler)';

/** @returns the path of the library, in a folder; undefined without a compiler */
export function ncclStandIn(folder: string): string | undefined {
  if (!compiler) return undefined;
  const library = join(folder, 'libnccl-stand-in.so');
  const source = fileURLToPath(new URL('nccl-stand-in.c', import.meta.url));
  execFileSync(compiler, ['-shared', '-fPIC', '-O1', '-o', library, source]);
  return library;
}
