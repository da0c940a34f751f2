/**
 * Large blocks of memory go back to the system when they are freed. By itself, glibc keeps blocks of up to 32 MiB once one of their size has been
 * freed: what a model's parameters took while they were read or drawn would stay with the process, more or less of it in every run.
 */
import { koffi } from '../../support/koffi.js';

/** M_MMAP_THRESHOLD of malloc.h */
const mmapThreshold = -3;
/** Blocks from this size on are mapped one by one; smaller ones are not worth a system call. */
const mappedBytes = 2 ** 20;
/** The variable by which users set the same; see mallopt(3). */
const variable = 'MALLOC_MMAP_THRESHOLD_';

/** Sets this for the whole process, on Linux; ONNX Runtime needs glibc there. */
export function returnFreedMemory(): void {
  if (process.platform !== 'linux' || process.env[variable] !== undefined) return;
  koffi.load(null).func('mallopt', 'int', ['int', 'int'])(mmapThreshold, mappedBytes);
}
