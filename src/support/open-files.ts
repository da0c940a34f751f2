/** A process to which the system grants few open files saves them: modules are loaded one after the other, and fewer threads work. */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';

/** Below, modules are loaded one after the other; the loader has up to two hundred of them open at once. */
const few = 256;
/** Files that Node.js, ONNX Runtime and a command have open beside those of threads: measured are 40. */
const ofCommand = 44;
/** An event loop has four, and that of the thread's loader as many. */
const ofThread = 8;
/** Modules that a thread has open while it starts, where they are not loaded one after the other. */
const ofStart = 32;

/** The fewest open files that every command does with: one thread, and four for what is open for a moment. */
export const leastOpenFiles = ofCommand + ofThread + 4;

/** The limit of this process, as Linux tells it (proc(5)), after Node.js has raised it as far as it may; no limit where it is not told. */
export function mostOpenFiles(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** @returns as many of the wanted threads as can have their files open, at least one */
export function fittingThreads(wanted: number, limit = mostOpenFiles()): number {
  const fitting = limit < few ? (limit - ofCommand) / ofThread : (limit - ofCommand) / ofStart;
  return Math.max(1, Math.min(wanted, Math.floor(fitting)));
}

/** Has the modules of this thread loaded one after the other from now on, where few files may be open. */
export function loadWithFewFiles(limit = mostOpenFiles()): void {
  if (limit >= few) return;
  const hooks = `
    let last = Promise.resolve();
    export function load(url, context, next) {
      const loaded = last.then(() => next(url, context));
      last = loaded.catch(() => {});
      return loaded;
    }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
}
