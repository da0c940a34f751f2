/** datasets.json: named sources of pristine images and benchmarks of opinion, validated so that a typo gives one clear line. */
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { messageOf, systemCodeOf, UserError } from '../support/errors.js';
import { readRegularText } from '../support/files/regular-file.js';
import { suggestName } from '../support/nearest-name.js';
import { type BenchmarkDescription, benchmarkSchema } from './benchmark.js';

const about = {
  description: z.string().optional().describe('What the images are, in a sentence.'),
  licence: z.string().optional().describe('The terms under which the images may be used; recorded in exported models.'),
  homepage: z.url().optional().describe('Where the images come from and can be had.'),
  citation: z.string().optional().describe('How to cite the images.'),
};

const side = z.int().min(32).max(16384);

const proceduralSchema = z.strictObject({
  kind: z.literal('procedural').describe('Images rendered from a seed: nothing to download.'),
  ...about,
  count: z.int().min(1).max(10_000_000).describe('How many images.'),
  width: side.describe('Pixels.'),
  height: side.describe('Pixels.'),
  look: z
    .literal('photographic')
    .optional()
    .describe(
      'photographic: tones and colors reach as far as in photographs, and there is grain; absent: as in the first versions, without.',
    ),
});

const folderSchema = z.strictObject({
  kind: z.literal('folder').describe('A folder of JPEG, PNG, WebP, TIFF, AVIF or BMP files, read recursively.'),
  ...about,
  path: z.string().min(1).describe('The folder, relative to this file. It may be absent until it is downloaded.'),
});

const datasetSchema = z.discriminatedUnion('kind', [proceduralSchema, folderSchema]);

const datasetFileSchema = z
  .strictObject({
    $schema: z.string().optional().describe('The JSON Schema of this file, for editors.'),
    datasets: z.record(z.string().min(1), datasetSchema).describe('Named sources of pristine images.'),
    benchmarks: z.record(z.string().min(1), benchmarkSchema).optional().describe('Named benchmarks of human opinion, for measuring only.'),
  })
  .describe('Sources of pristine images, and benchmarks, for Antonym.');

/** The entry of a source in datasets.json, a folder's `path` made absolute. */
export type DatasetDescription = z.infer<typeof datasetSchema>;

/** The terms of a source of images, and where it comes from; exported models and stored pairs record it. */
export type DatasetOrigin = Pick<DatasetDescription, 'licence' | 'homepage' | 'citation'>;

/** The parts of an origin that are known, and nothing else of the source. */
export function originOf({ licence, homepage, citation }: DatasetOrigin): DatasetOrigin {
  return { ...(licence && { licence }), ...(homepage && { homepage }), ...(citation && { citation }) };
}

type DatasetFile = z.infer<typeof datasetFileSchema>;

/** datasets.schema.json, generated: draft 7, which editors know best. */
export function datasetFileJsonSchema(): object {
  return z.toJSONSchema(datasetFileSchema, { target: 'draft-7', io: 'input' });
}

/**
 * The sources named in datasets.json. The package's own file is always read; a datasets.json in the working folder adds
 * to it and replaces entries of the same name. Paths are relative to the file that states them.
 * @throws UserError, one line naming the file and the key.
 */
export async function readDatasetFiles(workingFolder = process.cwd()): Promise<Map<string, DatasetDescription>> {
  const datasets = new Map<string, DatasetDescription>();
  for (const { folder, content } of await readFiles(workingFolder)) {
    for (const [name, dataset] of Object.entries(content.datasets)) {
      datasets.set(name, dataset.kind === 'folder' ? { ...dataset, path: resolve(folder, dataset.path) } : dataset);
    }
  }
  return datasets;
}

/**
 * The benchmarks named in datasets.json, from the same files.
 * @throws UserError, one line naming the file and the key.
 */
export async function readBenchmarks(workingFolder = process.cwd()): Promise<Map<string, BenchmarkDescription>> {
  const benchmarks = new Map<string, BenchmarkDescription>();
  for (const { folder, content } of await readFiles(workingFolder)) {
    for (const [name, benchmark] of Object.entries(content.benchmarks ?? {})) {
      benchmarks.set(name, { ...benchmark, path: resolve(folder, benchmark.path) });
    }
  }
  return benchmarks;
}

async function readFiles(workingFolder: string): Promise<{ folder: string; content: DatasetFile }[]> {
  const own = fileURLToPath(new URL('../../datasets.json', import.meta.url));
  const theirs = resolve(workingFolder, 'datasets.json');
  const files: { folder: string; content: DatasetFile }[] = [];
  for (const path of new Set([own, theirs])) {
    let text: string;
    try {
      text = await readRegularText(path);
    } catch (error) {
      if (path === theirs && systemCodeOf(error) === 'ENOENT') continue;
      throw new UserError(`Cannot read ${path}: ${messageOf(error)}.`);
    }
    files.push({ folder: dirname(path), content: parseDatasetFile(text, relative(workingFolder, path)) });
  }
  return files;
}

/**
 * One datasets.json, paths as written.
 * @param file its name in errors.
 * @throws UserError, one line naming the file and the key.
 */
export function parseDatasetFile(text: string, file: string): DatasetFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not valid JSON: ${messageOf(error).replaceAll(/\s+/g, ' ')}.`);
  }
  const result = datasetFileSchema.safeParse(content);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new UserError(issue === undefined ? `${file} is not valid.` : `${file}: ${describeIssue(issue, content)}`);
}

function describeIssue(issue: z.core.$ZodIssue, content: unknown): string {
  const place = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : String(key))).join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return `unknown key "${key}"${place === '' ? '' : ` in ${place}`}.${suggestName(key, knownKeys(issue.path, content))}`;
  }
  if (issue.code === 'invalid_union' && issue.path[0] === 'datasets') return `${place} must be "procedural" or "folder".`;
  if (issue.code === 'invalid_union') return `${place} is not a known layout: see datasets.schema.json.`;
  return `${place === '' ? 'the content' : place}: ${issue.message.replace(/^Invalid input: /, '')}.`;
}

function knownKeys(path: readonly PropertyKey[], content: unknown): string[] {
  if (path.length === 0) return Object.keys(datasetFileSchema.shape);
  if (path[0] === 'benchmarks') return path.length === 2 ? Object.keys(benchmarkSchema.shape) : [];
  const value = path.reduce<unknown>((parent, key) => (parent as Record<PropertyKey, unknown>)[key], content);
  return Object.keys((value as { kind?: unknown }).kind === 'folder' ? folderSchema.shape : proceduralSchema.shape);
}
