/** Lists the image files of a folder and its subfolders, in an order that is the same on every machine, and the files left out. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { canReadHeic } from '../images/heif.js';
import { rawExtensions } from '../images/raw-preview.js';
import { fileError, systemReason } from '../support/files/file-errors.js';
import { isThere } from '../support/files/is-there.js';
import { isPassing, ofFile, patiently } from '../support/files/passing-failures.js';
import { type PathPattern, pathPattern } from '../support/path-pattern.js';
import type { FileReference } from './image-reference.js';
import { heicExtensions, type LeftOut } from './left-out.js';

/** Extensions in lower case; any case is accepted. */
export const imageExtensions: readonly string[] = [
  ...['.jpg', '.jpeg', '.jpe', '.jfif', '.jfi', '.jif', '.pjpeg', '.pjp', '.mpo'],
  ...['.png', '.apng', '.webp', '.tif', '.tiff', '.avif', '.avifs', '.bmp', '.dib'],
];

/** Folders, lower case, of thumbnails, deleted files and copies, kept by NAS devices, systems and archives; hidden ones need no entry. */
const systemFolders = new Set([
  ...['@eadir', '#recycle', '#snapshot', '~snapshot', '@recycle', '@recently-snapshot', '@tmp', '@sharebin', '@__thumb', 'lost+found'],
  ...['$recycle.bin', 'recycler', 'recycled', 'system volume information', 'found.000', 'windows.old'],
  ...['__macosx', 'network trash folder', 'temporary items', 'thumbnails.noindex'],
]);

export interface ListingOptions {
  /** Patterns of names or of paths below the folder; matching entries are left out. */
  readonly exclude?: readonly string[];
  /** Camera raw files are listed, too. */
  readonly withRaw?: boolean;
  /** Files of any extension are listed. */
  readonly anyExtension?: boolean;
}

export interface ListedImages {
  readonly files: FileReference[];
  readonly leftOut: LeftOut;
}

/**
 * Lists image files by extension, ordered by id (code units). Hidden files and folders, and folders of the system, are left out. Links
 * are followed, each folder being read once, so that links in a circle end.
 * @throws the system's error when the folder itself cannot be read; a subfolder that cannot is named in the result.
 */
export async function listImageFiles(
  folder: string,
  { exclude = [], withRaw = false, anyExtension = false }: ListingOptions = {},
): Promise<ListedImages> {
  const extensions = new Set([...imageExtensions, ...(withRaw ? rawExtensions : []), ...((await canReadHeic()) ? heicExtensions : [])]);
  const listing: Listing = {
    isImage: (name) => anyExtension || extensions.has(extname(name).toLowerCase()),
    excluded: exclude.map((pattern) => pathPattern(pattern)),
    visited: new Set(),
    files: [],
    leftOut: { files: {}, systemFolders: [], unreadable: [] },
  };
  await collect(listing, folder, '', await readEntries(folder));
  listing.files.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return { files: listing.files, leftOut: listing.leftOut };
}

interface Listing {
  readonly isImage: (name: string) => boolean;
  readonly excluded: readonly PathPattern[];
  readonly visited: Set<string>;
  readonly files: FileReference[];
  readonly leftOut: { files: Record<string, number>; systemFolders: string[]; unreadable: { path: string; reason: string }[] };
}

type Entries = Awaited<ReturnType<typeof readEntries>>;

function readEntries(folder: string) {
  return patiently(() => readdir(folder, { withFileTypes: true }));
}

async function collect(listing: Listing, folder: string, prefix: string, entries: Entries): Promise<void> {
  const real = await patiently(() => realpath(folder));
  if (listing.visited.has(real)) return;
  listing.visited.add(real);
  const leaveOut = (reason: string): void => {
    const { files } = listing.leftOut;
    files[reason] = (files[reason] ?? 0) + 1;
  };
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const id = prefix + entry.name;
    if (entry.name.startsWith('.')) {
      // files such as .DS_Store are nobody's photographs
      if (entry.isDirectory()) listing.leftOut.systemFolders.push(id);
      else if (imageExtensions.includes(extname(entry.name).toLowerCase())) leaveOut('hidden');
      continue;
    }
    const isExcluded = listing.excluded.some((matches) => matches(id));
    if (entry.name.includes('\ufffd') && !(await isThere(path))) {
      leaveOut(`whose ${entry.isDirectory() ? 'folder has a name' : 'name'} is not UTF-8 (rename it)`);
      continue;
    }
    const target = entry.isSymbolicLink() ? await ofFile(path, (one) => stat(one)) : entry;
    if (target?.isDirectory()) {
      if (isExcluded) leaveOut('excluded (with the folder)');
      else if (systemFolders.has(entry.name.toLowerCase())) listing.leftOut.systemFolders.push(id);
      else await enter(listing, path, `${id}/`);
    } else if (isExcluded) leaveOut('excluded');
    else if (!listing.isImage(entry.name)) leaveOut(extname(entry.name).toLowerCase() || 'without extension');
    else if (target === undefined) leaveOut('links to nothing');
    else if (!target.isFile()) leaveOut('no regular files (pipes, devices)');
    else listing.files.push({ kind: 'file', id, path });
  }
}

async function enter(listing: Listing, folder: string, prefix: string): Promise<void> {
  let entries: Entries;
  try {
    entries = await readEntries(folder);
  } catch (error) {
    if (isPassing(error)) throw fileError('read', folder, error);
    listing.leftOut.unreadable.push({ path: folder, reason: systemReason(error) });
    return;
  }
  await collect(listing, folder, prefix, entries);
}
