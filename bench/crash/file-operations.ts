/** Sees every change that this process makes to files, before it is made: to note it, to die at it, or to have it fail. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import koffi from 'koffi';

/** Called before a change; what it throws is the answer of the system call. */
export type BeforeChange = (operation: string, path: string) => void;

let before: BeforeChange = () => {};

/** From now on, `listener` is called before every change; the first call must come before modules of the program are loaded. */
export function watchFileOperations(listener: BeforeChange): void {
  install();
  before = listener;
}

let isInstalled = false;

/** Calls of `node:fs/promises` that are one change each. */
const single = ['mkdir', 'rename', 'unlink', 'rmdir', 'link', 'symlink', 'copyFile', 'truncate', 'mkdtemp'] as const;

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const promises = fs.promises as unknown as Record<string, (...words: unknown[]) => Promise<unknown>>;
  const original = { ...promises };
  for (const name of single) {
    promises[name] = async (...words) => {
      before(name, String(words[name === 'rename' || name === 'link' || name === 'symlink' || name === 'copyFile' ? 1 : 0]));
      return original[name]!(...words);
    };
  }
  let patched = false;
  promises.open = async (path, flags = 'r', ...rest) => {
    if (/[wa+]/.test(String(flags))) before('open', String(path));
    const handle = (await original.open!(path, flags, ...rest)) as fs.promises.FileHandle;
    if (!patched) patchHandles(Object.getPrototypeOf(handle), () => before);
    patched = true;
    paths.set(handle, String(path));
    return handle;
  };
  promises.writeFile = async (target, data, options) => {
    if (typeof target === 'object' && target !== null && 'fd' in target) return original.writeFile!(target, data, options);
    const flag = (options as { flag?: string } | undefined)?.flag ?? 'w';
    const handle = (await promises.open!(target, flag)) as fs.promises.FileHandle;
    try {
      await handle.writeFile(data as Uint8Array);
    } finally {
      await handle.close();
    }
  };
  promises.rm = async (path, options) => {
    const { recursive = false, force = false } = (options ?? {}) as fs.RmOptions;
    try {
      await removeTree(String(path), recursive, original);
    } catch (error) {
      if (!force || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
  const load = koffi.load.bind(koffi);
  koffi.load = ((...words: Parameters<typeof koffi.load>) => {
    const library = load(...words);
    const func = library.func.bind(library) as (...words: unknown[]) => (...words: unknown[]) => number;
    const watched = (...described: unknown[]) => (described[0] === 'renameat2' ? exchanging(func(...described)) : func(...described));
    return new Proxy(library, { get: (target, name) => (name === 'func' ? watched : Reflect.get(target, name, target)) });
  }) as typeof koffi.load;
  syncBuiltinESMExports();
}

/** A native call that fails returns -1. */
function exchanging(call: (...words: unknown[]) => number): (...words: unknown[]) => number {
  return (...words) => {
    try {
      before('exchange', String(words[3]));
    } catch {
      return -1;
    }
    return call(...words);
  };
}

async function removeTree(
  path: string,
  recursive: boolean,
  original: Record<string, (...words: unknown[]) => Promise<unknown>>,
): Promise<void> {
  if (!((await original.lstat!(path)) as fs.Stats).isDirectory()) {
    before('unlink', path);
    await original.unlink!(path);
    return;
  }
  if (recursive) for (const name of (await original.readdir!(path)) as string[]) await removeTree(join(path, name), true, original);
  before('rmdir', path);
  await original.rmdir!(path);
}

const paths = new WeakMap<object, string>();

/** Content is written in two halves, so that a file is seen half-written. */
function patchHandles(prototype: Record<string, unknown>, current: () => BeforeChange): void {
  for (const name of ['write', 'writev', 'truncate', 'sync', 'appendFile', 'writeFile'] as const) {
    const original = prototype[name] as (...words: unknown[]) => Promise<unknown>;
    prototype[name] = async function (this: object, data: unknown, ...rest: unknown[]) {
      const path = paths.get(this) ?? '';
      if (path === '') return original.call(this, data, ...rest);
      current()(name, path);
      const bytes = name === 'writeFile' || name === 'appendFile' ? bytesOf(data) : undefined;
      if (bytes === undefined || bytes.length < 2) return original.call(this, data, ...rest);
      await original.call(this, bytes.subarray(0, bytes.length >> 1));
      current()(name, path);
      return original.call(this, bytes.subarray(bytes.length >> 1));
    };
  }
}

function bytesOf(data: unknown): Uint8Array | undefined {
  return typeof data === 'string' ? Buffer.from(data) : data instanceof Uint8Array ? data : undefined;
}
