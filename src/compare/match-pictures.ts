/** Pairs the pictures before a change with those after it. */
import { extname } from 'node:path';
import type { FileReference } from '../datasets/image-reference.js';

/** One picture, before and after. */
export interface PicturePair {
  /** Name of the picture before: its path below the folder. */
  readonly name: string;
  /** Paths of the two files. */
  readonly before: string;
  readonly after: string;
}

export interface MatchedPictures {
  /** Ordered by name. */
  readonly pairs: readonly PicturePair[];
  /** Names without a partner. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
}

/**
 * Matches two lists by relative path; what is left, by relative path without the extension where both sides have one such file, since encoders change
 * extensions; last, whatever the case of letters, which some programs and drives change. Names are compared in Unicode's composed form: macOS writes decomposed ones.
 */
export function matchPictures(before: readonly FileReference[], after: readonly FileReference[]): MatchedPictures {
  const pairs: PicturePair[] = [];
  const open = { before: new Set(before), after: new Set(after) };
  for (const nameOf of [wholeName, stem, lowerCase(wholeName), lowerCase(stem)]) {
    const candidates = group(open.after, nameOf);
    for (const [name, files] of group(open.before, nameOf)) {
      const [file, partner] = [files[0]!, candidates.get(name)?.[0]];
      if (partner === undefined || files.length > 1 || candidates.get(name)!.length > 1) continue;
      pairs.push({ name: file.id, before: file.path, after: partner.path });
      open.before.delete(file);
      open.after.delete(partner);
    }
  }
  const namesOf = (files: Iterable<FileReference>): string[] => Array.from(files, ({ id }) => id).sort();
  pairs.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { pairs, onlyBefore: namesOf(open.before), onlyAfter: namesOf(open.after) };
}

function wholeName({ id }: FileReference): string {
  return id.normalize('NFC');
}

function stem(file: FileReference): string {
  const name = wholeName(file);
  return name.slice(0, name.length - extname(name).length);
}

function lowerCase(nameOf: (file: FileReference) => string): (file: FileReference) => string {
  return (file) => nameOf(file).toLowerCase();
}

function group(files: Iterable<FileReference>, nameOf: (file: FileReference) => string): Map<string, FileReference[]> {
  const groups = new Map<string, FileReference[]>();
  for (const file of files) groups.set(nameOf(file), [...(groups.get(nameOf(file)) ?? []), file]);
  return groups;
}
