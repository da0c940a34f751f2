/** Two calls of Linux's C library that Node.js lacks; where they are missing, callers have another way. */

/** From `<fcntl.h>`, `<linux/fs.h>` and `<sys/file.h>`. */
const [atWorkingFolder, renameExchange, exclusive, withoutWaiting] = [-100, 2, 2, 4];

interface Libc {
  readonly renameat2: (oldFolder: number, oldPath: string, newFolder: number, newPath: string, flags: number) => number;
  readonly flock: (file: number, operation: number) => number;
}

let library: Promise<Libc | undefined> | undefined;

/** Undefined on other systems, and where the C library is too old for one of them. */
function libc(): Promise<Libc | undefined> {
  library ??= load();
  return library;
}

async function load(): Promise<Libc | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const { koffi } = await import('../koffi.js');
    const own = koffi.load(null);
    return {
      renameat2: own.func('renameat2', 'int', ['int', 'str', 'int', 'str', 'uint']) as Libc['renameat2'],
      flock: own.func('flock', 'int', ['int', 'int']) as Libc['flock'],
    };
  } catch {
    return undefined;
  }
}

/**
 * Exchanges two files or folders of one file system in one step, renameat2(2) with RENAME_EXCHANGE: at every moment, both names are there.
 * @returns false where it failed or the system cannot; then nothing has changed.
 */
export async function exchangePaths(one: string, other: string): Promise<boolean> {
  const calls = await libc();
  return calls !== undefined && calls.renameat2(atWorkingFolder, one, atWorkingFolder, other, renameExchange) === 0;
}

/** True where `takeKernelLock` may work. */
export async function hasKernelLocks(): Promise<boolean> {
  return (await libc()) !== undefined;
}

/**
 * Takes the kernel's lock of an open file or folder, flock(2), without waiting. It ends with the process, also in a container that is killed,
 * and is seen from all containers of a machine.
 * @returns false when somebody else has it; undefined where there are no such locks.
 */
export async function takeKernelLock(descriptor: number): Promise<boolean | undefined> {
  const calls = await libc();
  if (calls === undefined) return undefined;
  if (calls.flock(descriptor, exclusive | withoutWaiting) === 0) return true;
  const { koffi } = await import('../koffi.js');
  return koffi.errno() === koffi.os.errno.EAGAIN ? false : undefined;
}
