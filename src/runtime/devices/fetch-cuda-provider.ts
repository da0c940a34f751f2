/** ONNX Runtime's CUDA provider, which its npm package leaves to be downloaded: two libraries in a package of NuGet's, of the same version. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { openZip } from '../../support/archives/zip-archive.js';
import { describeFailure, openConnection } from '../../support/connection.js';
import { UserError } from '../../support/errors.js';
import { writeFileAtomically } from '../../support/files/atomic-file.js';

/** The source of a NuGet package: https://learn.microsoft.com/nuget/api/overview. */
export interface NugetPackage {
  /** URL of the feed's index. */
  readonly index: string;
  readonly name: string;
  readonly version: string;
}

export interface FetchOptions {
  readonly source: NugetPackage;
  /** Paths in the package; each goes to the folder under its own name. */
  readonly files: readonly string[];
  readonly folder: string;
  /** Bytes. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Time limit of an answer, milliseconds. */
const patience = 30_000;
/** Limit of an answer that is not a package, bytes. */
const longestAnswer = 2 ** 24;

const indexSchema = z.object({ resources: z.array(z.object({ '@id': z.url(), '@type': z.string() })) });
const versionsSchema = z.object({ versions: z.array(z.string()) });

/**
 * Downloads a package and takes files out of it; those that were there before stay until the new ones are whole.
 * @returns the paths of the files
 * @throws UserError that says why it cannot be had.
 */
export async function fetchFromNuget({ source, files, folder, onProgress }: FetchOptions): Promise<string[]> {
  const { index, version } = source;
  const name = source.name.toLowerCase();
  const connection = openConnection(patience);
  const archive = join(folder, `${name}.${version}.nupkg`);
  let asked = index;
  const get = async (url: string): Promise<Response> => {
    asked = url;
    const response = await connection.fetch(url);
    if (!response.ok || !response.body) throw new UserError(`${url} answered with status ${response.status}.`);
    return response;
  };
  try {
    const { resources } = await answerOf(await get(index), indexSchema);
    const base = resources.find((resource) => resource['@type'] === 'PackageBaseAddress/3.0.0')?.['@id'];
    if (base === undefined) throw new UserError(`${index} does not say where packages are.`);
    const { versions } = await answerOf(await get(new URL(`${name}/index.json`, base).href), versionsSchema);
    if (!versions.includes(version)) throw new UserError(`There is no version ${version} of ${source.name}.`);
    const response = await get(new URL(`${name}/${version}/${name}.${version}.nupkg`, base).href);
    await writeFileAtomically(archive, watched(response, onProgress));
    return await extract(archive, files, folder);
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(describeFailure(error, asked));
  } finally {
    await connection.close();
    await rm(archive, { force: true });
  }
}

async function answerOf<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > longestAnswer) throw new UserError(`${response.url} answers with more than ${longestAnswer} bytes.`);
    chunks.push(chunk);
  }
  let answer: unknown;
  try {
    answer = JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new UserError(`${response.url} does not answer like a NuGet server.`);
  }
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw new UserError(`${response.url} does not answer like a NuGet server.`);
  return parsed.data;
}

async function* watched(response: Response, onProgress: FetchOptions['onProgress']): AsyncIterable<Uint8Array> {
  const total = Number(response.headers.get('content-length') ?? Number.NaN);
  let done = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    done += chunk.length;
    if (total > 0) onProgress?.(done, total);
    yield chunk;
  }
  if (done < total) throw new UserError(`The connection ended after ${done} of ${total} bytes. Try again.`);
}

async function extract(path: string, files: readonly string[], folder: string): Promise<string[]> {
  const handle = await open(path);
  try {
    const archive = await openZip(handle, path);
    const extracted: string[] = [];
    for (const file of files) {
      const member = archive.members.get(file);
      if (!member) throw new UserError(`The package has no ${file}.`);
      const target = join(folder, file.split('/').at(-1)!);
      await writeFileAtomically(target, archive.content(member));
      extracted.push(target);
    }
    return extracted;
  } finally {
    await handle.close();
  }
}
