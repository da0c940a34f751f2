#!/usr/bin/env node
/** The `antonym` command: begins with what must be true before its modules, many of which are opened at once, can be loaded. */
import { readFileSync } from 'node:fs';

/** Open files that the modules of a command need at once, with some to spare. */
const needed = 256;

const limit = mostOpenFiles();
if (limit < needed) {
  const message = `Only ${limit} files may be open at a time here, and ${needed} are needed. Raise the limit in this shell with: ulimit -n 1024`;
  process.stderr.write(`error: ${message}\n`);
  process.exitCode = 1;
} else await import('./program.js');

/** The limit of this process, as Linux tells it (proc(5)); no limit where it is not told. */
function mostOpenFiles(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
