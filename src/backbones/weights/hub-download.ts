/** Published weights from the Hugging Face hub: downloaded once, resumed where they broke off, verified by their SHA-256. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { modelInfo, type PathInfo, pathsInfo } from '@huggingface/hub';
import { formatBytes } from '../../support/byte-size.js';
import { type Connection, openConnection } from '../../support/connection.js';
import { UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import type { Licence, PublishedFile } from '../published-weights.js';
import { bytesThere, downloadBlob, type HubFile, type HubRequest } from './hub-blob.js';
import { HubCache } from './hub-cache.js';
import { describeHubFailure } from './hub-failure.js';
import { weightFilesOf } from './open-weights.js';
import { shardsOf } from './sharded-source.js';

export interface HubOptions {
  /** Default: https://huggingface.co, or HF_ENDPOINT. */
  readonly hubUrl?: string;
  /** The folder of the cache; default: as Python's huggingface_hub. */
  readonly cache?: string;
  /** Time for which the hub may be silent, milliseconds; default: 15 seconds. */
  readonly patience?: number;
  /** Licence of what is asked for, told where the hub refuses it. */
  readonly licence?: Licence;
  /** Takes the name of a file that is requested because the cache lacks it. */
  onAsk?(text: string): void;
  /** Bytes that are there, of all. */
  onProgress?(done: number, total: number): void;
}

const defaultPatience = 15_000;

const singleFiles = (repository: string): string[] => weightFilesOf(repository).filter((name) => !name.endsWith('.json'));
/** `OWNER/NAME` or `OWNER/NAME@REVISION`, as the hub allows. */
const pattern = /^(?<repository>[\w.-]+\/[\w.-]+)(?:@(?<revision>[\w.-]+))?$/;

/**
 * The path of a repository's file of weights, or of the index of several, which lie beside it. What is in the cache is used without asking the hub: a branch stays what it was when
 * it was downloaded first.
 * @param name `OWNER/NAME`, or `OWNER/NAME@REVISION` for a commit, tag or branch other than main
 * @throws UserError when it cannot be had: with the address of the file, and where to put it.
 */
export async function downloadWeights(name: string, options: HubOptions = {}): Promise<string> {
  const { repository, revision = 'main' } = pattern.exec(name)?.groups ?? {};
  if (repository === undefined || /\.\./.test(name)) {
    throw new UserError(`The weights hf:${name} must be hf:OWNER/NAME or hf:OWNER/NAME@REVISION, such as hf:timm/resnet50_clip.openai.`);
  }
  return download({ repository, revision }, options);
}

/**
 * The path of a published file, downloaded if it is not in the cache. Where its SHA-256 is known, nothing else will do.
 * @throws UserError when it cannot be had: with the address of the file, and where to put it.
 */
export function downloadPublished(file: PublishedFile, options: HubOptions = {}): Promise<string> {
  return download(file, options);
}

type WantedFile = Pick<PublishedFile, 'repository' | 'revision' | 'sha256'> & Partial<Pick<PublishedFile, 'name'>>;

async function download(wanted: WantedFile, options: HubOptions): Promise<string> {
  const { repository, revision } = wanted;
  const cache = new HubCache(repository, options.cache);
  const found = await cache.find(revision, wanted.name === undefined ? weightFilesOf(repository) : [wanted.name], wanted.sha256);
  if (found !== undefined && (await missingShards(found)).length === 0) return found;
  const hubUrl = options.hubUrl ?? hubAddress();
  options.onAsk?.(`asking ${hubUrl} for the weights ${repository}`);
  let file: HubFile | undefined;
  let connection: Connection | undefined;
  try {
    connection = openConnection(options.patience ?? defaultPatience);
    const token = process.env.HF_TOKEN;
    const request = { repo: repository, hubUrl, fetch: connection.fetch, ...(token && { accessToken: token }) };
    const fetched = async (next: HubFile, onProgress = options.onProgress): Promise<string> => {
      file = next;
      const blob = cache.blob(file.digest);
      if (!existsSync(blob)) await downloadBlob(request, file, blob, onProgress);
      return cache.link(revision, file.commit, file.path, file.digest);
    };
    const commit = await commitOf(request, revision);
    const path = await fetched(await findFile(request, commit, wanted));
    const shards = await findShards(request, commit, await missingShards(path));
    const total = shards.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    for (const shard of shards) {
      const start = before;
      await fetched(shard, (done) => options.onProgress?.(start + done, total));
      before += shard.size;
    }
    return path;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const failed = fileError('store the weights in', cache.blob(''), error);
    if (failed instanceof UserError) throw failed;
    const path = file?.path ?? wanted.name ?? singleFiles(repository)[0]!;
    const address = `${hubUrl}/${repository}/resolve/${revision}/${path}`;
    const commit = file?.commit ?? revision;
    const place = isCommit(commit) ? cache.place(commit, path) : undefined;
    const orPut = place === undefined ? '' : `, or put it at ${place}${existsSync(place) ? ', where another file is now' : ''}`;
    const check = wanted.sha256 === undefined ? '' : ` (SHA-256 ${wanted.sha256})`;
    const kept = file ? await bytesThere(cache.blob(file.digest)) : 0;
    const resumed =
      file && kept > 0 ? `; ${formatBytes(kept)} of ${formatBytes(file.size)} are kept, and the same command resumes there` : '';
    throw new UserError(
      `Cannot download the weights ${repository}: ${describeHubFailure(error, hubUrl, repository, options.licence)}${resumed}. ` +
        `Where there is access, download ${address}${check}, and give it with --weights FILE${orPut}.`,
      { cause: error },
    );
  } finally {
    await connection?.close();
  }
}

/** @throws UserError when HF_ENDPOINT is no address. */
function hubAddress(): string {
  const named = process.env.HF_ENDPOINT || 'https://huggingface.co';
  if (URL.canParse(named) && /^https?:$/.test(new URL(named).protocol)) return named.replace(/\/+$/, '');
  throw new UserError(`HF_ENDPOINT must be an address such as https://huggingface.co, but is ${named}.`);
}

async function commitOf(request: HubRequest, revision: string): Promise<string> {
  const { sha } = await modelInfo({ ...request, name: request.repo, revision, additionalFields: ['sha'] });
  if (!isCommit(sha)) throw new Error('it names no commit');
  return sha;
}

/** The preferred file of weights that a repository has at a commit. */
async function findFile(request: HubRequest, commit: string, { name, sha256: known }: WantedFile): Promise<HubFile> {
  const names = name === undefined ? weightFilesOf(request.repo) : [name];
  const files = await pathsInfo({ ...request, revision: commit, paths: [...names] });
  const found = names.map((own) => files.find(({ path }) => path === own)).find((candidate) => candidate !== undefined);
  if (!found) throw new UserError(`The repository ${request.repo} has none of the files ${names.join(', ')}.`);
  const file = hubFile(request, commit, found);
  if (file.digest !== (known ?? file.digest)) {
    throw new UserError(
      `${request.hubUrl} offers another ${file.path} of ${request.repo}: its SHA-256 is ${file.digest}, not ${known}. It is not used.`,
    );
  }
  return file;
}

/** The files of an index, which must all be there. */
async function findShards(request: HubRequest, commit: string, names: readonly string[]): Promise<HubFile[]> {
  if (names.length === 0) return [];
  const files = await pathsInfo({ ...request, revision: commit, paths: [...names] });
  return names.map((name) => {
    const found = files.find(({ path }) => path === name);
    if (!found) throw new UserError(`The repository ${request.repo} has no ${name}, which its index of weights names.`);
    return hubFile(request, commit, found);
  });
}

/** @throws UserError for a file that could not be verified. */
function hubFile({ repo }: HubRequest, commit: string, { path, size, lfs, oid }: PathInfo): HubFile {
  if (/^[0-9a-f]{64}$/.test(lfs?.oid ?? '')) return { path, size, digest: lfs!.oid, commit };
  // of small files of text, Git's digest alone is stated
  if (path.endsWith('.json') && /^[0-9a-f]{40}$/.test(oid ?? '')) return { path, size, digest: oid!, commit };
  throw new UserError(
    `The hub states no SHA-256 of ${path} in ${repo}, so that it cannot be checked: download it yourself, and give it with --weights FILE.`,
  );
}

/** Files that an index names and that do not lie beside it; none of a file that is no index. */
async function missingShards(path: string): Promise<string[]> {
  if (!path.endsWith('.index.json')) return [];
  return (await shardsOf(path)).filter((name) => !existsSync(join(dirname(path), name)));
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
