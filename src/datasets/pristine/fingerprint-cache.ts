/** Keeps fingerprints and digests of a large folder of images between runs: reading all of its files may take minutes. */
import { readFile, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { writeFileAtomically } from '../../support/files/atomic-file.js';
import { cacheFile, cacheFolder, keepNewest } from '../../support/files/cache-folder.js';
import { ofFile } from '../../support/files/passing-failures.js';
import { parseSealed, sealJson } from '../../support/sealed-json.js';
import type { FileReference } from '../image-reference.js';
import type { Fingerprint } from './fingerprint.js';

/** Fewer are read in less than a second, even photographs of 12 megapixels. */
export const leastCached = 16;

/** Folders that are remembered, of 0.6 KB an image: those used last. */
const mostFolders = 256;

/** Other versions of libvips may decode or reduce differently. */
const version = `2, libvips ${sharp.versions.vips}`;

const signsLength = 8;
const fileSchema = z.strictObject({
  version: z.literal(version),
  /** By path: size, time of the last change (ms), signs and means in base64; null for a file that is not an image. */
  files: z.record(z.string(), z.tuple([z.number(), z.number(), z.base64().length(352).nullable()])),
  /** By path: size, time of the last change (ms), SHA-256. */
  digests: z.record(z.string(), z.tuple([z.number(), z.number(), z.string().regex(/^[0-9a-f]{64}$/)])),
});
type Kept = Pick<z.infer<typeof fileSchema>, 'files' | 'digests'>;

/** Keeps its content for the next run once `save` is called. */
export interface FingerprintCache {
  /** @param read makes the fingerprint of a new or changed file. */
  get(image: FileReference, read: () => Promise<Fingerprint | undefined>): Promise<Fingerprint | undefined>;
  /** @param read makes the SHA-256 of a new or changed file. */
  digest(image: FileReference, read: () => Promise<string>): Promise<string>;
  /** Ignores a cache that cannot be written: nothing depends on it. */
  save(): Promise<void>;
}

/** The cache for a set of files: that of the folder of the first. A missing or damaged one is empty. */
export async function openFingerprintCache(images: readonly FileReference[], folder = cacheFolder()): Promise<FingerprintCache> {
  const [first] = images;
  const root = first === undefined ? '' : first.path.slice(0, first.path.length - first.id.length);
  const path = cacheFile(folder, 'fingerprints', root);
  const known = await readKnown(path);
  const { files, digests }: Kept = { files: {}, digests: {} };
  let isNew = false;
  return {
    async get(image, read) {
      const status = await ofFile(image.path, (path) => stat(path));
      if (status === undefined) return undefined;
      const { size, mtimeMs } = status;
      const entry = known.files[image.path];
      if (entry !== undefined && entry[0] === size && entry[1] === mtimeMs) {
        files[image.path] = entry;
        return entry[2] === null ? undefined : decode(entry[2]);
      }
      const fingerprint = await read();
      files[image.path] = [size, mtimeMs, fingerprint === undefined ? null : encode(fingerprint)];
      isNew = true;
      return fingerprint;
    },
    async digest(image, read) {
      const { size, mtimeMs } = await stat(image.path);
      const entry = known.digests[image.path];
      const isKnown = entry !== undefined && entry[0] === size && entry[1] === mtimeMs;
      digests[image.path] = isKnown ? entry : [size, mtimeMs, await read()];
      isNew ||= !isKnown;
      return digests[image.path]![2];
    },
    async save() {
      const now = new Date();
      const saving = isNew
        ? writeFileAtomically(path, sealJson({ version, files: sorted(files), digests: sorted(digests) })).then(() =>
            keepNewest(dirname(path), mostFolders),
          )
        : utimes(path, now, now);
      await saving.catch(() => {});
    },
  };
}

/** Files are read in any order. */
function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function readKnown(path: string): Promise<Kept> {
  try {
    return fileSchema.parse(parseSealed(await readFile(path, 'utf8')));
  } catch {
    return { files: {}, digests: {} };
  }
}

function encode({ signs, means }: Fingerprint): string {
  return Buffer.concat([signs, means]).toString('base64');
}

function decode(text: string): Fingerprint {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  return { signs: bytes.slice(0, signsLength), means: bytes.slice(signsLength) };
}
