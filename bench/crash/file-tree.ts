/** The content of a folder at one moment, to be compared with another and to be made again. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';

/** SHA-256 of every file and `folder` for every folder, by path. */
export type FileTree = ReadonlyMap<string, string>;

// Those of before anybody watches them.
const { readdirSync, readFileSync, statSync, mkdirSync, linkSync, existsSync, writeFileSync, copyFileSync } = fs;

/** Files that a later step may change in place are copied, larger ones get another name. */
const largestCopy = 2 ** 16;

/** Keeps the content of every file that it has seen, once. */
export class TreeStore {
  private readonly known = new Map<string, string>();

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Reads a folder. */
  read(folder: string): FileTree {
    const tree = new Map<string, string>();
    this.readInto(tree, folder, '');
    return tree;
  }

  private readInto(tree: Map<string, string>, folder: string, prefix: string): void {
    for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
      const path = join(prefix, entry.name);
      if (entry.isDirectory()) {
        tree.set(path, 'folder');
        this.readInto(tree, folder, path);
      } else tree.set(path, this.keep(join(folder, path)));
    }
  }

  private keep(path: string): string {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    const key = `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    let digest = this.known.get(key);
    if (digest === undefined) {
      const content = readFileSync(path);
      digest = createHash('sha256').update(content).digest('hex');
      if (!existsSync(join(this.folder, digest))) writeFileSync(join(this.folder, digest), content);
      this.known.set(key, digest);
    }
    return digest;
  }

  /** Makes a tree in a folder. */
  write(tree: FileTree, folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (const [path, digest] of tree) {
      if (digest === 'folder') mkdirSync(join(folder, path), { recursive: true });
      else {
        const blob = join(this.folder, digest);
        if (statSync(blob).size > largestCopy) linkSync(blob, join(folder, path));
        else copyFileSync(blob, join(folder, path));
      }
    }
  }
}

/** The part of a tree below a path, the path included. */
export function below(tree: FileTree, path: string): Map<string, string> {
  return new Map([...tree].filter(([name]) => name === path || name.startsWith(`${path}/`)));
}

/** Paths whose content differs, sorted. */
export function differences(one: FileTree, other: FileTree): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path)).sort();
}
