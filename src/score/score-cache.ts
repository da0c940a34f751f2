/**
 * Scores of files kept between calls, so that only new and changed files are scored again, and an interrupted call resumes where it
 * stopped.
 */
import { readFile, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { cacheFile, cacheFolder, keepNewest } from '../support/files/cache-folder.js';
import { digestOfFile } from '../support/files/file-digest.js';
import { ofFile } from '../support/files/passing-failures.js';
import { parseSealed, sealJson } from '../support/sealed-json.js';

const schema = z.strictObject({
  format: z.literal('antonym-scores-1'),
  /** By absolute path: size, time of the last change (ms), SHA-256, score. */
  files: z.record(z.string(), z.tuple([z.number(), z.number(), z.string(), z.number()])),
});
type Entries = z.infer<typeof schema>['files'];

export interface ScoreCache {
  /** Path of the file that keeps the scores. */
  readonly path: string;
  /** The score of a file whose size and time are as they were, or whose content was scored under any name. */
  find(path: string): Promise<number | undefined>;
  /** Keeps the score of a file, which `find` was asked for before; written to disk now and then. */
  keep(path: string, score: number): Promise<void>;
  /** Writes what is new. @throws the system's error. */
  save(): Promise<void>;
}

/** Options that decide at which size an image is scored; see `LoadOptions`. */
export interface ScoredSizes {
  readonly maximumPixels?: number | undefined;
  readonly scale?: number | undefined;
}

/** Scores kept before they are written. */
const mostUnsaved = 100;

/** Models and files of each that are remembered, about 200 bytes a file: those used last. */
const most = { models: 32, files: 250_000 };

/**
 * The cache of a model: another file, description, limit of pixels or scale has another one. A damaged one is empty.
 * @param model path of model.onnx
 * @param remembered models and files of each; the others, those used longest ago, are forgotten when scores are written
 */
export async function openScoreCache(
  model: string,
  { maximumPixels, scale }: ScoredSizes = {},
  folder = cacheFolder(),
  remembered = most,
): Promise<ScoreCache> {
  const description = await digestOfFile(join(dirname(model), 'model.json')).catch(() => '');
  const key = JSON.stringify([await digestOfFile(model), description, maximumPixels ?? null, ...(scale === undefined ? [] : [scale])]);
  const path = cacheFile(folder, 'scores', key);
  const files = await readEntries(path);
  const byContent = new Map(Object.values(files).map(([, , digest, score]) => [digest, score]));
  const asked = new Map<string, readonly [size: number, time: number, digest: string]>();
  let unsaved = 0;
  const save = async (): Promise<void> => {
    if (unsaved === 0) {
      const now = new Date();
      // used, though nothing is new; there may be none yet
      return utimes(path, now, now).catch(() => {});
    }
    unsaved = 0;
    const paths = Object.keys(files);
    for (const forgotten of paths.slice(0, Math.max(0, paths.length - remembered.files))) delete files[forgotten];
    await writeFileAtomically(path, sealJson({ format: 'antonym-scores-1', files }));
    await keepNewest(dirname(path), remembered.models);
  };
  /** The file becomes the one used last. */
  const remember = (at: string, entry: Entries[string]): void => {
    delete files[at];
    files[at] = entry;
  };
  const keep = async (file: string, score: number): Promise<void> => {
    const known = asked.get(file);
    if (known === undefined) return;
    remember(resolve(file), [...known, score]);
    byContent.set(known[2], score);
    if (++unsaved >= mostUnsaved) await save();
  };
  return {
    path,
    async find(file) {
      // a file that cannot be read has its error when it is scored
      const status = await ofFile(file, (path) => stat(path));
      if (!status?.isFile()) return undefined;
      const entry = files[resolve(file)];
      if (entry !== undefined && entry[0] === status.size && entry[1] === status.mtimeMs) {
        remember(resolve(file), entry);
        return entry[3];
      }
      const digest = await ofFile(file, digestOfFile);
      if (digest === undefined) return undefined;
      asked.set(file, [status.size, status.mtimeMs, digest]);
      const score = byContent.get(digest);
      if (score !== undefined) await keep(file, score);
      return score;
    },
    keep,
    save,
  };
}

async function readEntries(path: string): Promise<Entries> {
  try {
    return schema.parse(parseSealed(await readFile(path, 'utf8'))).files;
  } catch {
    return {};
  }
}
