/** Files left out of a listing of images, counted by reason, so that nothing is missing silently. */

import { counted } from '../support/counted.js';

/** Entries that are not images, or were not wanted. */
export interface LeftOut {
  /** Files by reason: an extension as `.heic`, or words such as `without extension`. */
  readonly files: Readonly<Record<string, number>>;
  /** Folders of other programs and of the system: paths relative to the listed one, with `/`. */
  readonly systemFolders: readonly string[];
  /** Unreadable folders, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

export const nothingLeftOut: LeftOut = { files: {}, systemFolders: [], unreadable: [] };

/** Most reasons and folders named, of each kind. */
const named = 6;

/**
 * Lines for people; none when nothing was left out.
 * @param prefix begins the first line of files: the place of the listing, for example.
 */
export function describeLeftOut({ files, systemFolders, unreadable }: LeftOut, prefix = ''): string[] {
  const lines = unreadable.map(({ path, reason }) => `left out: the folder ${path}: ${reason}`);
  const reasons = Object.entries(files).sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1));
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  if (total > 0) {
    const shown = reasons.slice(0, named).map(([reason, count]) => `${count} ${reason}`);
    const rest = reasons.slice(named).reduce((sum, [, count]) => sum + count, 0);
    if (rest > 0) shown.push(counted(rest, 'other'));
    const advice = reasons.some(([reason]) => heicExtensions.has(reason))
      ? '. To read HEIC: npm install libheif-js, or convert it to JPEG'
      : '';
    lines.push(`${prefix}${counted(total, 'file')} left out: ${shown.join(', ')}${advice}`);
  }
  if (systemFolders.length > 0) {
    const rest = systemFolders.length > named ? ` and ${systemFolders.length - named} more` : '';
    lines.push(`${prefix}left out, folders of the system or of other programs: ${systemFolders.slice(0, named).join(', ')}${rest}`);
  }
  return lines;
}

/** Endings of HEIC files. */
export const heicExtensions: ReadonlySet<string> = new Set(['.heic', '.heif', '.hif']);

/** The sum of the files left out of several listings. */
export function joinLeftOut(all: readonly LeftOut[]): LeftOut {
  const files: Record<string, number> = {};
  for (const listing of all) for (const [reason, count] of Object.entries(listing.files)) files[reason] = (files[reason] ?? 0) + count;
  return {
    files,
    systemFolders: all.flatMap(({ systemFolders }) => systemFolders),
    unreadable: all.flatMap(({ unreadable }) => unreadable),
  };
}
