/** Files by the names that tables may give them: one file or none, never one of several. */
import { extname, posix } from 'node:path';

interface NamedFile {
  /** The path from the folder, with `/`. */
  readonly id: string;
  readonly path: string;
}

export class FileIndex {
  private readonly exact = new Map<string, NamedFile[]>();
  private readonly anyCase = new Map<string, NamedFile[]>();

  constructor(files: readonly NamedFile[]) {
    for (const file of files) {
      const name = posix.basename(file.id);
      const keys = [`path ${file.id}`, `name ${name}`, `stem ${withoutExtension(file.id)}`, `stem of name ${withoutExtension(name)}`];
      for (const key of keys.map((text) => text.normalize('NFC'))) {
        add(this.exact, key, file);
        add(this.anyCase, key.toLowerCase(), file);
      }
    }
  }

  /** @param paths that all mean the same file; the first that is there is taken */
  byPath(paths: readonly string[]): NamedFile | undefined {
    return first(paths, (path) => this.find(`path ${posix.normalize(path)}`));
  }

  /** By its name, whatever its folder. */
  byName(path: string): NamedFile | undefined {
    return this.find(`name ${posix.basename(path)}`);
  }

  /** By its path or its name without an extension. */
  byStem(paths: readonly string[]): NamedFile | undefined {
    return first(paths, (path) => this.find(`stem ${posix.normalize(path)}`) ?? this.find(`stem of name ${path}`));
  }

  private find(text: string): NamedFile | undefined {
    const key = text.normalize('NFC');
    const exact = this.exact.get(key);
    return only(exact ?? this.anyCase.get(key.toLowerCase()));
  }
}

function withoutExtension(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

function add(map: Map<string, NamedFile[]>, key: string, file: NamedFile): void {
  const same = map.get(key);
  if (same === undefined) map.set(key, [file]);
  else same.push(file);
}

function first<T>(list: readonly string[], find: (item: string) => T | undefined): T | undefined {
  for (const item of list) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function only<T>(list: readonly T[] | undefined): T | undefined {
  return list?.length === 1 ? list[0] : undefined;
}
